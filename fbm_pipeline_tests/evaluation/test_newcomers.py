"""Players whom Marcel does not know: who projects them, with what playing time and intervals, and debutants."""

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest import error_spread
from fbm_pipeline.backtest.debutants import with_debutants
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.projected import check_coverage, projected_opportunities, projected_rates
from fbm_pipeline.backtest.universes import CONTROLS, MINORS, NETWORKS, NEWCOMERS
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made, hand_made_minors
from fbm_pipeline_tests.evaluation.hand_made_minors import NEWCOMERS_RATE, OF_NO_LINE, mean_of
from fbm_pipeline_tests.making import make_backtest, make_blend_weights, make_error_spread

FRESH = {player for found in hand_made_minors.NEWCOMERS.values() for player in found}
DEBUTANTS = {60, 1060}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """2018 and 2019 with the minors, 2019 backtested; not to be written to."""
    folder = tmp_path_factory.mktemp("newcomers")
    store, settings = hand_made.full_store(folder), hand_made.settings_for(folder)
    hand_made_minors.write_newcomers(store, 2018, {"batter": (), "pitcher": ()})
    hand_made_minors.write_newcomers(store, 2019)
    hand_made_minors.write_debut_means(store, 2019)
    hand_made_minors.write_people_of_no_line(store)
    hand_made.write_playing_time(store, 2019)
    hand_made_minors.write_newcomers_time(store, 2019)
    make_blend_weights(store, 2019)
    make_error_spread(store, settings, 2019)
    make_backtest(store, 2019)
    return store


@pytest.fixture(scope="module")
def rates(made: Store) -> pd.DataFrame:
    return projected_rates(made, 2019)


@pytest.fixture(scope="module")
def backtest(made: Store) -> pd.DataFrame:
    with session(made) as connection:
        return connection.execute("from evaluation.backtest where season = 2019").df()


def test_newcomers_are_projected_by_the_systems_that_may(rates: pd.DataFrame) -> None:
    by_system = rates.groupby("system")["mlbam_id"].agg(set)
    for system, players in by_system.items():
        assert FRESH & players == (FRESH if system in NEWCOMERS else set()), system
    assert {*NEWCOMERS, *CONTROLS, "marcel", *NETWORKS} <= set(by_system.index)


def test_the_controls_say_of_a_newcomer_what_mle_says(rates: pd.DataFrame) -> None:
    key = ["player_type", "mlbam_id", "statistic"]
    fresh = rates[rates["mlbam_id"].isin(FRESH)].set_index(key).sort_index()
    told = {name: fresh[fresh["system"] == name][["rate", "concentration"]] for name in NEWCOMERS}
    assert set(told["mle"]["rate"]) == {NEWCOMERS_RATE}
    for system in ("control_minors", "control_full"):
        pd.testing.assert_frame_equal(told[system], told["mle"])
    assert set(told["debut_mean"]["rate"]) == {NEWCOMERS_RATE + 0.02}
    known = rates[~rates["mlbam_id"].isin(FRESH)].set_index([*key, "system"])["rate"].unstack("system").dropna()
    assert (known["control_minors"] / known["marcel"]).to_numpy() == pytest.approx(hand_made_minors.CONTROL)


def test_without_the_controls_a_newcomer_has_the_translation_alone(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    hand_made_minors.write_newcomers(store, 2018)
    hand_made.write_rates(store, hand_made.season_lines(), 2018)  # the controls again, without the minors
    rates = projected_rates(store, 2018)
    assert set(rates.loc[rates["mlbam_id"] == 71, "system"]) == set(MINORS)
    assert "control_minors" not in set(rates["system"])


def coverage(**players: set[int]) -> pd.DataFrame:
    """One rate of each system's players."""
    return pd.DataFrame(
        {"player_type": "batter", "statistic": "so_rate", "mlbam_id": player, "system": system, "rate": 0.2}
        for system, found in {"marcel": {1, 2}, **players}.items()
        for player in found
    )


@pytest.mark.parametrize("system", NEWCOMERS)
def test_systems_of_newcomers_may_project_others_and_must_project_all_of_marcels(system: str) -> None:
    check_coverage(coverage(**{system: {1, 2, 3}}), 2019)
    with pytest.raises(EvaluationError, match="must project the same players") as caught:
        check_coverage(coverage(**{system: {1, 3}}), 2019)
    assert system in str(caught.value)


@pytest.mark.parametrize("system", ["marcel_classic", "ridge", "control", "ridge_minors", "contextual", "ensemble"])
def test_all_other_systems_may_not(system: str) -> None:
    check_coverage(coverage(**{system: {1, 2}}), 2019)
    with pytest.raises(EvaluationError, match="must project the same players"):
        check_coverage(coverage(**{system: {1, 2, 3}}), 2019)


def test_debutants_are_who_played_without_a_line_anywhere(made: Store, rates: pd.DataFrame) -> None:
    told = with_debutants(made, 2019, rates)
    pd.testing.assert_frame_equal(told.iloc[: len(rates)], rates, check_dtype=False)
    added = told.iloc[len(rates) :]
    # a batter who pitched an inning comes twice; a pitcher who batted does not
    expected = {("batter", OF_NO_LINE["batter"]), ("pitcher", OF_NO_LINE["batter"]), ("pitcher", OF_NO_LINE["pitcher"])}
    found = added.groupby("system")[["player_type", "mlbam_id"]].apply(lambda rows: {*rows.itertuples(index=False)})
    assert {name: {tuple(one) for one in players} for name, players in found.items()} == {
        name: expected for name in NEWCOMERS
    }
    assert not added.duplicated(["player_type", "mlbam_id", "statistic", "system"]).any()


def test_debutants_have_the_mean_of_their_age(made: Store, rates: pd.DataFrame) -> None:
    told = with_debutants(made, 2019, rates)
    means = told.groupby("mlbam_id")["rate"].agg(set)
    assert means[OF_NO_LINE["batter"]] == {mean_of(20)}
    assert means[OF_NO_LINE["pitcher"]] == {mean_of(27)}  # of unknown age
    assert told.loc[told["mlbam_id"] == 81, "concentration"].dropna().unique().tolist() == [4000.0]


def test_a_birth_date_made_known_makes_the_backtest_again(
    made: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made.root, tmp_path / "store")
    store, settings = Store(tmp_path / "store", TABLES), hand_made.settings_for(tmp_path)
    make_error_spread(store, settings, 2019)  # a copied table is made once more
    make_backtest(store, 2019)
    assert make_backtest(store, 2019).skipped
    people = store.delta("core.players").to_pyarrow_table().to_pylist()
    told = [row | {"birth_date": dt.date(1989, 3, 1)} if row["mlbam_id"] == 1081 else row for row in people]
    store.write("core.players", {}, hand_made.table(store.contracts["core.players"], told))
    assert not make_backtest(store, 2019).skipped
    with session(store) as connection:
        statement = "from evaluation.backtest where mlbam_id = 1081 and system = 'mle' and statistic = 'so_rate'"
        assert connection.execute(statement).df()["projected"].tolist() == [mean_of(30)]
    made_again: list[int] = []
    whole = error_spread.spread_table
    monkeypatch.setattr(
        error_spread,
        "spread_table",
        lambda inputs, season, earlier: made_again.append(season) or whole(inputs, season, earlier),
    )
    for _ in range(2):  # by their names public projections find the players of the seasons before
        make_error_spread(store, settings, 2019)
    assert made_again == [2019]


def test_without_systems_of_newcomers_or_means_nobody_is_added(made: Store, rates: pd.DataFrame) -> None:
    plain = rates[~rates["system"].isin(NEWCOMERS)]
    assert with_debutants(made, 2019, plain) is plain
    made_2018 = projected_rates(made, 2018)
    assert len(with_debutants(made, 2018, made_2018)) == len(made_2018)


def test_intervals_of_newcomers_come_from_their_own_concentration(backtest: pd.DataFrame) -> None:
    rows = backtest[backtest["statistic"] == "so_rate"].set_index(["system", "mlbam_id"])
    for system in ("mle", "control_minors", "control_full", "debut_mean"):
        for player in (*DEBUTANTS, *OF_NO_LINE.values()):
            assert (rows.loc[[(system, player)], "interval_from"] == "own concentration").all(), (system, player)
    assert rows.loc[("control_minors", 7), "interval_from"] == "earlier errors"
    assert rows.loc[("control", 7), "interval_from"] == "earlier errors"
    assert pd.isna(rows.loc[("component_factors", 60), "interval_from"])  # it tells no concentration
    width = rows["p90"] - rows["p10"]
    assert width["mle", 60] > 1.5 * width["debut_mean", 60]  # 40 against 4,000 opportunities behind it
    assert width["mle", 60] == width["control_full", 60]


def test_playing_time_has_newcomers_for_their_systems_only(made: Store) -> None:
    found = projected_opportunities(made, 2019, ("marcel", "control", "ridge_minors", "mle", "control_full"))
    by_system = found.groupby("system")["mlbam_id"].agg(set)
    for system in ("marcel", "control", "ridge_minors"):
        assert not by_system[system] & FRESH
    for system in ("mle", "control_full"):
        assert by_system[system] == by_system["control"] | FRESH
    one = found[(found["system"] == "control_full") & (found["mlbam_id"] == 1071)].iloc[0]
    assert one[["opportunities", "p10", "p90", "if_regular", "outs"]].tolist() == [50.0, 0.0, 200.0, 300.0, 35.0]
    assert (one["role"], one["outs_p90"]) == ("starter", 140.0)
    known = found[(found["system"] == "control_full") & (found["mlbam_id"] == 7)].iloc[0]
    assert known["opportunities"] == hand_made.playing_time_of(7) + 20


def test_newcomers_who_did_not_come_count_against_who_expected_them(backtest: pd.DataFrame) -> None:
    time = backtest[backtest["statistic"] == "opportunities"].set_index(["system", "mlbam_id"])
    stayed = time.loc[("mle", 71)]
    assert (stayed["projected"], stayed["actual"], stayed["prior_opportunities"]) == (50.0, 0.0, 0.0)
    assert set(backtest.loc[backtest["mlbam_id"] == 71, "statistic"]) == {"opportunities", "opportunities_if_regular"}
    assert ("control", 71) not in time.index
    assert time.loc[("mle", 60), "actual"] > 0
    assert ("mle", 81) not in time.index  # nobody could list him before the season
