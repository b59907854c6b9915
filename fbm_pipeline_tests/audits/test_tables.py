"""Nulls, ids that do not meet and training dates that are too late are caught; healthy tables pass."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.audits.feature_match import audit_feature_match
from fbm_pipeline.audits.nulls import audit_nulls, column_faults, largest_null_share, may_be_constant
from fbm_pipeline.audits.training_dates import UsedEncoder, audit_training_dates
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import copy_of, rows_of, write_small_store

AUDITED = ("features.stat_profiles", "features.marcel_rates", "features.archetypes")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("healthy") / "store", TABLES)
    write_small_store(store)
    write_controls(store, range(2017, 2020))
    return store


def write_controls(store: Store, seasons, until: int = -1, players: int = 300, **columns: object) -> None:
    """Control rates of many players; `until` is added to the season for the last season trained on."""
    for season in seasons:
        partition = {"player_type": "batter", "season": season}
        filled = {
            **partition,
            "as_of": preseason(season),
            "mlbam_id": range(players),
            "system": "control",
            "statistic": "so_rate",
            "rate": np.random.default_rng(season).uniform(0.1, 0.3, players),
            "trained_from": 2003,
            "trained_until": season + until,
            "n": 1000,
        }
        name = "features.control_rates"
        store.write(name, partition, rows_of(store.contracts[name], filled | columns, players))


def rewritten(store: Store, root: Path, name: str, season: int, change: Callable[[pa.Table], pa.Table]) -> Store:
    """A copy of the store with one season of a batter table changed."""
    changed = copy_of(store, root / "store")
    partition: dict[str, int | str] = {"player_type": "batter", "season": season}
    filters = [(column, "=", value) for column, value in partition.items()]
    table = changed.delta(name).to_pyarrow_table(filters=filters)
    contract = changed.contracts[name]
    changed.write(name, partition, change(table).select(contract.column_names).cast(contract.schema))
    return changed


def with_column(name: str, values: Callable[[pa.ChunkedArray], object]) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field(name)
        return table.set_column(table.column_names.index(name), field, pa.array(values(table.column(name)), field.type))

    return change


def test_healthy_tables_hold_no_more_nulls_than_declared(healthy: Store) -> None:
    for table in ("features.stat_profiles", "features.archetypes", "features.control_rates"):
        result = audit_nulls(healthy, table, "batter", range(2016, 2020))
        assert result.passed, result.summary
        assert result.details["rows"] > 0


def test_a_column_that_is_null_in_one_season_is_caught(healthy: Store, tmp_path: Path) -> None:
    name = "features.stat_profiles"
    assert audit_nulls(healthy, name, "batter", [2018]).passed
    change = with_column("one_year_so_rate", lambda column: [None] * len(column))
    broken = rewritten(healthy, tmp_path, name, 2018, change)
    result = audit_nulls(broken, name, "batter", [2017, 2018])
    assert not result.passed
    assert list(result.details["faults"]) == ["2018"]
    assert "one_year_so_rate is null in 100.0% of rows" in result.summary
    assert audit_nulls(broken, name, "batter", [2017]).passed


def test_a_column_that_says_the_same_of_everybody_is_caught(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    write_controls(store, [2018], rate=0.0)
    result = audit_nulls(store, "features.control_rates", "batter", range(2017, 2020))
    assert not result.passed
    assert "2018: rate is 0.0 for everybody" in result.summary


def declared(**columns: dict[str, object]) -> Table:
    """A table of floats whose columns allow what is given."""
    described = [
        Column(name, "f64", "of nothing", "made up", nullable=True, **given) for name, given in columns.items()
    ]
    return Table("features.made_up", "one row", tuple(described), key=())


def test_what_is_declared_is_no_fault() -> None:
    content = pa.table({"a": [1.0, None] * 150, "b": [5.0] * 300, "c": [float(i) for i in range(300)]})
    half, one_value = {"largest_null_share": 0.5}, {"may_be_constant": True}
    assert column_faults(content, declared(a=half | one_value, b=one_value, c={}), None) == []
    assert len(column_faults(content, declared(a={"largest_null_share": 0.4}, b=one_value, c={}), None)) == 1
    assert len(column_faults(content, declared(a=half | one_value, b={}, c={}), None)) == 1
    few = content.slice(0, 20)
    assert column_faults(few, declared(a=half, b={}, c={}), None) == []  # too few to be called dead


def test_what_only_pitchers_have_is_null_or_the_same_of_batters() -> None:
    content = pa.table({"a": pa.nulls(300, pa.float64()), "b": [5.0] * 300})
    table = declared(a={"only_for": "pitcher"}, b={"only_for": "pitcher"})
    assert column_faults(content, table, "batter") == []
    assert len(column_faults(content, table, "pitcher")) == 2


def share(table: str, column: str, player_type: str) -> float:
    return largest_null_share(next(item for item in TABLES[table].columns if item.name == column), player_type)


def test_innings_and_roles_are_pitchers_alone() -> None:
    name = "features.playing_time"
    for column in ("outs", "outs_p10", "role", "starter_chance"):
        assert share(name, column, "pitcher") == 0 < share(name, column, "batter")
    assert 0 < share(name, "role_change", "pitcher") < 1  # unknown of those who missed the last season
    assert share(name, "opportunities", "batter") == 0


def write_mle(store: Store, season: int, until: int = -1, players: int = 300, **columns: object) -> None:
    """Translations of one component and rates of many players, of whom the minors tell nothing."""
    partition = {"player_type": "batter", "season": season}
    told = {**partition, "trained_until": season + until}
    fitted = told | {"component": "so", "parameter": ["log_factor_AAA"], "value": 0.1, "n": 90, "trained_from": 2003}
    rates = told | {
        "as_of": preseason(season),
        "mlbam_id": range(players),
        "system": "mle",
        "statistic": "so_rate",
        "rate": np.random.default_rng(season).uniform(0.1, 0.3, players),
        "minor_weight": 0.0,
        "minor_rate": None,
        "weight": np.random.default_rng(season).uniform(100, 600, players),
        "concentration": None,
        "source": "mlb",
    }
    for name, values, rows in (("mle_translations", fitted, 1), ("mle_rates", rates | columns, players)):
        contract = store.contracts[f"features.{name}"]
        store.write(f"features.{name}", partition, rows_of(contract, values, rows))


def test_the_minors_may_tell_nothing_but_a_rate_is_there(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    write_mle(store, 2018)
    assert audit_nulls(store, "features.mle_rates", "batter", [2018]).passed
    for column, value in (("rate", 0.2), ("weight", 300.0)):
        write_mle(store, 2018, **{column: value})
        result = audit_nulls(store, "features.mle_rates", "batter", [2018])
        assert f"2018: {column} is {value} for everybody" in result.summary


def test_profiles_may_be_newcomers_but_need_their_rates() -> None:
    name = "features.stat_profiles"
    minors = next(item for item in TABLES[name].columns if item.name == "minor_opportunities")
    assert may_be_constant(minors, "batter")
    assert 0.02 < share(name, "days_since_last_game", "batter") < 1
    for column in ("minor_opportunities", "three_year_h_rate", "identity_source", "age"):
        assert share(name, column, "batter") == 0
    assert share(name, "career_er_rate", "batter") == 1 > share(name, "career_er_rate", "pitcher")


def test_seasons_without_rows_are_told(healthy: Store) -> None:
    result = audit_nulls(healthy, "features.playing_time", "batter", [2018])
    assert result.passed
    assert "nothing to audit" in result.summary


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_everybody_who_played_before_has_features(healthy: Store, player_type: str) -> None:
    result = audit_feature_match(healthy, player_type, range(2016, 2020), AUDITED)
    assert result.passed, result.summary
    assert set(result.details["shares"]) == set(AUDITED)
    assert set(result.details["shares"][AUDITED[0]]) == {"2016", "2017", "2018", "2019"}


@pytest.mark.parametrize("table", AUDITED)
def test_ids_of_another_source_are_caught(healthy: Store, tmp_path: Path, table: str) -> None:
    change = with_column("mlbam_id", lambda column: [player + 500_000 for player in column.to_pylist()])
    broken = rewritten(healthy, tmp_path, table, 2018, change)
    result = audit_feature_match(broken, "batter", range(2016, 2020), AUDITED)
    assert not result.passed
    assert f"{table} 2018: 0.00%" in result.summary
    assert "2017" not in result.summary


def test_a_debut_does_not_count_and_a_regular_without_a_row_does(healthy: Store, tmp_path: Path) -> None:
    def without(table: pa.Table) -> pa.Table:
        return table.filter(pa.array([player != 101 for player in table.column("mlbam_id").to_pylist()]))

    broken = rewritten(healthy, tmp_path, "features.archetypes", 2018, without)
    result = audit_feature_match(broken, "batter", [2018], AUDITED)
    assert not result.passed
    assert 0.8 < result.details["shares"]["features.archetypes"]["2018"] < 0.98
    for season in (2015, 2016, 2017):  # had he not played before, nobody would expect a row
        lines = broken.delta("core.season_lines").to_pyarrow_table(filters=[("season", "=", season)])
        broken.write("core.season_lines", {"season": season}, without(lines).select(lines.column_names))
    assert audit_feature_match(broken, "batter", [2018], AUDITED).passed


def test_who_played_before_has_a_rate_with_the_minors(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    write_mle(store, 2018)
    assert audit_feature_match(store, "batter", [2018, 2019], ["features.mle_rates"]).passed
    write_mle(store, 2018, mlbam_id=range(500_000, 500_300))
    result = audit_feature_match(store, "batter", [2018, 2019], ["features.mle_rates"])
    assert "features.mle_rates 2018: 0.00%" in result.summary
    assert set(result.details["shares"]["features.mle_rates"]) == {"2018"}  # 2019 has none to judge


def test_seasons_without_lines_are_told(healthy: Store) -> None:
    result = audit_feature_match(healthy, "batter", [2023], AUDITED)
    assert result.passed
    assert "nothing to audit" in result.summary


def test_training_that_ended_before_its_season_passes(healthy: Store) -> None:
    result = audit_training_dates(healthy, [2019])
    assert result.passed, result.summary
    assert result.details["objects"] == 3


def test_training_on_the_season_itself_is_caught(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    write_controls(store, [2018], until=0)
    result = audit_training_dates(store, [2019])
    assert not result.passed
    assert "features.control_rates batter control for 2018 was fitted until 2018" in result.summary
    assert audit_training_dates(store, [2019], tables=["features.playing_time"]).passed


def test_minors_fitted_on_the_season_itself_are_caught(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    tables = ["features.mle_translations", "features.mle_rates"]
    write_mle(store, 2018)
    assert audit_training_dates(store, [2019], tables=tables).passed
    write_mle(store, 2018, until=0)
    result = audit_training_dates(store, [2019], tables=tables)
    assert "features.mle_translations batter so for 2018 was fitted until 2018" in result.summary
    assert "features.mle_rates batter mle for 2018 was fitted until 2018" in result.summary


@pytest.mark.parametrize(("fitted_until", "passes"), [(2018, True), (2019, False)])
def test_marcels_constants_are_judged_by_the_test_seasons_only(
    healthy: Store, tmp_path: Path, fitted_until: int, passes: bool
) -> None:
    """Fitted on 2018 they serve 2017 too, a development season: that is declared; a test season is never allowed."""
    store = copy_of(healthy, tmp_path / "store")
    contract = store.contracts["features.marcel_constants"]
    columns = {"player_type": "batter", "statistic": ["so_rate"], "fitted_until": fitted_until}
    store.write("features.marcel_constants", {"player_type": "batter"}, rows_of(contract, columns, 1))
    assert audit_training_dates(store, [2019]).passed is passes


def test_blend_weights_chosen_on_their_own_season_are_caught(healthy: Store, tmp_path: Path) -> None:
    store = copy_of(healthy, tmp_path / "store")
    contract = store.contracts["evaluation.blend_weights"]
    for chosen_on, passes in (("2017, 2018", True), ("2018, 2019", False)):
        columns = {"season": 2019, "player_type": "batter", "statistic": ["so_rate"], "chosen_on": chosen_on}
        store.write("evaluation.blend_weights", {"season": 2019}, rows_of(contract, columns, 1))
        assert audit_training_dates(store, [2019]).passed is passes


@pytest.mark.parametrize(("cutoff", "passes"), [(2017, True), (2018, False)])
def test_an_encoder_that_saw_a_projected_season_is_caught(
    healthy: Store, tmp_path: Path, cutoff: int, passes: bool
) -> None:
    store = copy_of(healthy, tmp_path / "store")
    contract = store.contracts["models.predictions"]
    columns = {
        "fold": 2019,
        "split": ["validation", "test"],
        "season": [2018, 2019],
        "player_type": "batter",
        "as_of": [preseason(2018), preseason(2019)],
        "mlbam_id": 1,
        "system": "contextual",
        "statistic": "so_rate",
        "trained_until": 2017,
    }
    store.write("models.predictions", {"player_type": "batter", "fold": 2019}, rows_of(contract, columns, 2))
    used = UsedEncoder("level 1 of the batter fold 2019", 2018, cutoff)
    result = audit_training_dates(store, [2019], [used], ["models.predictions"])
    assert result.passed is passes, result.summary
