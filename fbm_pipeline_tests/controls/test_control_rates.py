"""`features.control_rates` from small leagues: what is planted is found, and nothing from the season on is used."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.backtest.universes import CONTROLS as SYSTEMS
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls import frame as control_frame
from fbm_pipeline.controls import residual_models
from fbm_pipeline.controls.control_rates import (
    CONTROL,
    control_rates,
    rates_on_marcel,
    residual_key,
    residual_of,
    trainable_seasons,
    with_physics,
)
from fbm_pipeline.controls.frame import FAMILIES, Frame, read_frame, training_targets
from fbm_pipeline.controls.tables import CONTROL_RATES
from fbm_pipeline.defs.controls import summarize
from fbm_pipeline.marcel.season_lines import Histories, MarcelError
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import content_hash
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import create_reads, fit_constants, make_control_rates, make_marcel_rates
from fbm_pipeline_tests.marcel.hand_made import birth_dates, random_league, write_lines, write_players
from fbm_pipeline_tests.reads import tables_read

PRESET = dataclasses.replace(PRESETS["large"], tune_until=2018, min_train_opportunities=50)
SEASONS = range(2016, 2023)
WITH_MINORS = {"ridge_minors", "control_minors", "control_full"}  # made where the minors are told: test_minors_controls
PLAIN = set(SYSTEMS) - WITH_MINORS


def write_counts(store: Store, rows: Sequence[dict[str, object]]) -> None:
    """Pitch counts for the lines' players, drawn so that the same line gets the same counts."""
    schema = TABLES["features.sequence_counts"].schema
    own = ("season", "player_type", "mlbam_id")
    for player_type in ("batter", "pitcher"):
        for season in sorted({row["season"] for row in rows}):  # type: ignore[type-var]
            found = []
            for row in rows:
                if (row["season"], row["player_type"]) != (season, player_type):
                    continue
                rng = np.random.default_rng([int(row["mlbam_id"]), int(row["season"])])  # type: ignore[call-overload]
                counts = {name: int(rng.integers(100, 400)) for name in schema.names if name not in own}
                found.append({**counts, **{name: row[name] for name in own}})
            table = pa.Table.from_pylist(found, schema=schema)
            store.write("features.sequence_counts", {"player_type": player_type, "season": season}, table)


def write_league(store: Store, rows: Sequence[dict[str, object]], player_type: str = "batter") -> None:
    """A league up to Marcel's rates, with every table behind the blocks, most of them without rows."""
    write_lines(store, rows)
    write_players(store, birth_dates())
    write_counts(store, rows)
    fit_constants(store, player_type, PRESET)
    played = {int(row["season"]) for row in rows}  # type: ignore[call-overload]
    for season in sorted({*played, max(played) + 1}):
        make_marcel_rates(store, player_type, season)
    create_reads(store, "features.control_rates")


@pytest.fixture(scope="module", autouse=True)
def few_trees() -> Iterator[None]:
    """Ten trees and no hundred: what these tests ask does not depend on their number, and they take ten times less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(residual_models, "TREES", 10)
        patch.setattr(residual_models, "LEARNING_RATE", 0.3)
        yield


@pytest.fixture(scope="module")
def league(few_trees: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A league of 2016-2022 with the controls of batters for 2021 and 2022."""
    from fbm_pipeline.tables import TABLES

    store = Store(tmp_path_factory.mktemp("league") / "store", TABLES)
    write_league(store, random_league(SEASONS))
    for season in (2021, 2022):
        make_control_rates(store, "batter", season)
    return store


def rates_of(store: Store, season: int, system: str) -> dict[tuple[int, str], float]:
    rows = store.delta("features.control_rates").to_pyarrow_table(filters=[("season", "=", season)]).to_pylist()
    return {(row["mlbam_id"], row["statistic"]): row["rate"] for row in rows if row["system"] == system}


def planted(player_type: str = "batter", n: int = 300, seed: int = 2) -> Frame:
    """A frame of 2015-2018 in which every statistic is Marcel and .02 times the first column of `lines`."""
    rng = np.random.default_rng(seed)
    seasons = np.repeat([2015, 2016, 2017, 2018], n)
    ids = np.tile(np.arange(1, n + 1), 4)
    players = Histories(seasons, ids, np.full(len(ids), 28.0), np.zeros((len(ids), 3), dtype=np.int64))
    names = tuple(item.name for item in statistics(player_type))
    prior = rng.uniform(0.1, 0.3, (len(ids), len(names)))
    families = ("lines", *FAMILIES, "parks")
    blocks = {name: Block(name, (f"{name}_a", f"{name}_b"), rng.normal(size=(len(ids), 2))) for name in families}
    known = np.zeros((len(ids), 2))
    blocks["physics"] = Block("physics", ("physics_balls_known", "physics_pitches_known"), known)
    outcome = prior + 0.02 * blocks["lines"].values[:, :1] + rng.normal(0.0, 0.01, prior.shape)
    last = seasons == 2018
    outcome[last] = np.nan
    return Frame(2018, players, names, prior, outcome, np.where(last, 0.0, 400.0), blocks)


def test_every_control_finds_a_planted_effect() -> None:
    frame = planted()
    truth = 0.02 * frame.blocks["lines"].values[frame.projected, :1]
    for system, rates in rates_on_marcel(frame, "batter").items():
        added = rates - frame.prior[frame.projected]
        assert np.corrcoef(added[:, 0], truth[:, 0])[0, 1] > 0.9, system
    ridge = rates_on_marcel(frame, "batter")["ridge"] - frame.prior[frame.projected]
    assert (ridge[:, 0] @ truth[:, 0]) / (truth[:, 0] @ truth[:, 0]) == pytest.approx(900 / (900 + 500), abs=0.08)


def test_a_statistic_that_nobody_recorded_stays_marcels() -> None:
    frame = planted()
    frame.outcome[:, 3] = np.nan
    rates = rates_on_marcel(frame, "batter")
    for values in rates.values():
        assert np.array_equal(values[:, 3], frame.prior[frame.projected][:, 3])
        assert not np.array_equal(values[:, 2], frame.prior[frame.projected][:, 2])


def test_no_rate_is_below_zero() -> None:
    frame = planted()
    low = dataclasses.replace(frame, prior=frame.prior - 0.2, outcome=frame.outcome - 0.2)
    assert min(values.min() for values in rates_on_marcel(low, "batter").values()) == 0.0


def measured_frame() -> tuple[Frame, np.ndarray, np.ndarray]:
    """The planted frame with physics for all but ten of the projected, and the control for the targets before."""
    frame = planted()
    rng = np.random.default_rng(9)
    values = np.column_stack([np.full(1200, 0.5), np.zeros(1200), rng.normal(size=1200)])
    values[-10:] = 0.0
    names = ("physics_balls_known", "physics_pitches_known", "physics_speed")
    outcome = frame.outcome + 0.03 * values[:, 2:]
    blocks = {**frame.blocks, "physics": Block("physics", names, values)}
    return dataclasses.replace(frame, outcome=outcome, blocks=blocks), values, frame.prior


def test_physics_adds_what_the_control_missed_and_only_where_measured() -> None:
    frame, values, prior = measured_frame()
    control = prior[frame.projected]
    earlier = {year: prior[frame.players.season == year] for year in (2016, 2017)}
    added = with_physics(frame, control, earlier) - control
    assert np.corrcoef(added[:-10, 0], values[-300:-10, 2])[0, 1] > 0.95
    assert (added[-10:] == 0.0).all()


def test_physics_is_the_control_where_nothing_was_measured_or_learnt() -> None:
    frame, _, prior = measured_frame()
    control = prior[frame.projected]
    assert np.array_equal(with_physics(frame, control, {}), control)
    bare = planted()
    earlier = {2017: bare.prior[bare.players.season == 2017]}
    assert np.array_equal(with_physics(bare, bare.prior[bare.projected], earlier), bare.prior[bare.projected])


def test_rows_say_what_they_are_and_were_trained_on(league: Store) -> None:
    rows = league.delta("features.control_rates").to_pyarrow_table(filters=[("season", "=", 2022)]).to_pandas()
    rated = league.delta("features.marcel_rates").to_pyarrow_table(filters=[("season", "=", 2022)]).to_pandas()
    assert set(rows["system"]) == PLAIN
    assert set(rows["statistic"]) == {item.name for item in statistics("batter")}
    assert set(rows["mlbam_id"]) == set(rated["mlbam_id"])
    assert len(rows) == rows["mlbam_id"].nunique() * len(PLAIN) * len(statistics("batter"))
    assert rows[["trained_from", "trained_until"]].drop_duplicates().to_numpy().tolist() == [[2017, 2021]]
    assert rows["rate"].ge(0.0).all()
    assert rows["n"].nunique() == 1
    shown = summarize(league, Settings(league.root, league.root, PRESET), "batter", 2022)["controls"]
    assert len(shown.value.splitlines()) == 2 + len(PLAIN) * len(statistics("batter"))


def test_the_control_is_the_mean_of_its_two_and_physics_is_the_control_without_physics(league: Store) -> None:
    ridge, trees, control, physics = (
        rates_of(league, 2022, system) for system in ("control_ridge", "control_trees", "control", "control_physics")
    )
    assert all(control[key] == (ridge[key] + trees[key]) / 2.0 for key in control)
    assert physics == control
    assert ridge != trees


def test_the_short_season_neither_teaches_nor_is_projected(league: Store) -> None:
    assert training_targets(league, 2022) == [2017, 2018, 2019, 2021]
    assert 2020 not in read_frame(league, "batter", 2022, CONTROL).players.season
    with pytest.raises(MarcelError, match="2020 neither teaches nor is projected"):
        make_control_rates(league, "batter", 2020)


def test_the_short_season_as_a_target_changes_nothing_but_is_history(league: Store) -> None:
    frame = read_frame(league, "batter", 2022, CONTROL)
    taught = frame.players.season[frame.weight > 0]
    assert sorted(set(taught.tolist())) == [2017, 2018, 2019, 2021]
    names, columns = frame.columns(("lines",))
    of_2021 = frame.players.season == 2021
    assert (columns[of_2021][:, names.index("played_1")] == 1.0).any()  # one season back is 2020


def test_the_season_itself_and_later_ones_change_no_byte(league: Store, tmp_path: Path) -> None:
    before = league.content("features.control_rates", {"player_type": "batter", "season": 2021})
    changed = Store(tmp_path / "changed", league.contracts)
    rows = random_league(SEASONS)
    later = [{**row, "so": 0, "hr": 60, "bb": 1} if row["season"] in (2021, 2022) else row for row in rows]
    write_league(changed, later)
    make_control_rates(changed, "batter", 2021)
    assert changed.content("features.control_rates", {"player_type": "batter", "season": 2021}) == before
    earlier = [{**row, "so": 0} if row["season"] == 2019 else row for row in rows]
    write_league(changed, earlier)
    make_control_rates(changed, "batter", 2021)
    assert changed.content("features.control_rates", {"player_type": "batter", "season": 2021}) != before


def test_made_once_and_again_when_an_input_changed(league: Store) -> None:
    assert make_control_rates(league, "batter", 2022).skipped
    make_control_rates(league, "batter", 2018)  # before anything was measured: no later season learns from it
    assert make_control_rates(league, "batter", 2022).skipped
    league.drop("features.control_rates", {"player_type": "batter", "season": 2018})
    key = residual_key(league, "batter", 2022)
    assert residual_key(league, "batter", 2021) != key
    assert residual_key(league, "batter", 2022) == key


def test_the_declared_tables_are_read_and_no_other(league: Store) -> None:
    inputs = Inputs(league, CONTROL_RATES, {"player_type": "batter", "season": 2022})
    with tables_read() as opened:
        rows = control_rates(inputs, "batter", 2022)
    assert opened == set(CONTROL_RATES.reads)
    assert content_hash(rows) == make_control_rates(league, "batter", 2022).content_hash


def test_a_missing_control_that_physics_learns_from_is_named_and_not_made(store: Store) -> None:
    write_league(store, random_league(SEASONS))
    with pytest.raises(MarcelError, match=r"lack the batter controls of \[2021\].*materialize batter/control_rates"):
        make_control_rates(store, "batter", 2022)
    assert store.partitions("features.control_rates") == []


def test_a_season_that_nothing_teaches_is_an_error(league: Store) -> None:
    with pytest.raises(MarcelError, match=r"no control can be made for batters of 2017: 0 target seasons"):
        make_control_rates(league, "batter", 2017)


def test_too_few_players_and_missing_priors_are_errors(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write_league(store, random_league(range(2016, 2020)))
    monkeypatch.setattr(control_frame, "MINIMUM_PLAYER_SEASONS", 1000)
    with pytest.raises(MarcelError, match=r"expected at least 1000"):
        make_control_rates(store, "batter", 2018)
    store.drop("features.marcel_rates", {"player_type": "batter", "season": 2018})
    with pytest.raises(MarcelError, match=r"lack batters of target seasons \[2018\]"):
        make_control_rates(store, "batter", 2019)


def test_which_seasons_can_be_made(league: Store, tmp_path: Path) -> None:
    preset = dataclasses.replace(PRESET, development_seasons=(2017, 2018, 2020), test_seasons=(2021, 2022))
    settings = Settings(tmp_path, tmp_path, dataclasses.replace(preset, projection_season=2023))
    assert trainable_seasons(league, settings) == {2018, 2021, 2022, 2023}


def test_ablations_leave_families_out_by_name(league: Store) -> None:
    frame = read_frame(league, "batter", 2022, ("lines", *FAMILIES))
    nothing, told = residual_of(frame, "batter", ())
    lines = rates_of(league, 2022, "ridge")
    assert {(r.mlbam_id, r.statistic): r.rate for r in nothing.itertuples()} == lines
    everything, all_told = residual_of(frame, "batter", FAMILIES)
    assert {(r.mlbam_id, r.statistic): r.rate for r in everything.itertuples()} == rates_of(
        league, 2022, "control_ridge"
    )
    assert int(all_told["columns"]) > int(told["columns"])
    assert told["trained_until"] == 2021


def test_the_systems_are_those_of_the_table() -> None:
    assert set(rates_on_marcel(planted(), "batter")) | {"control_physics"} | WITH_MINORS == set(SYSTEMS)
