"""Profiles of whom the minors tell something: a short history blended, a newcomer translated, the others untouched."""

import dataclasses
import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.identity.archetypes import read_archetypes
from fbm_pipeline.identity.encoding import profile_features
from fbm_pipeline.identity.tables import HORIZONS
from fbm_pipeline.mle.rates import BLENDED_BELOW
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.identity.hand_made import fill, game, random_games, write_mle_rates
from fbm_pipeline_tests.making import assign_archetypes, fit_archetypes, make_stat_profiles
from fbm_pipeline_tests.mle.hand_made import minor_line, write_minor_lines

PRESEASON, MIDSEASON = dt.date(2015, 3, 1), dt.date(2015, 7, 1)
FEW, ENOUGH, REGULAR, FRESH, CALLED_UP = 1, 2, 3, 20, 21  # batters
K = 100  # 500 of Marcel's weighted opportunities, of which a plate appearance of last season counts five
Rows = dict[tuple[int, dt.date], dict[str, object]]


def write_few_and_enough(store: Store) -> None:
    """FEW lacks one plate appearance to 200, ENOUGH has them; CALLED_UP plays his first games in May 2015."""
    fill(
        store,
        [
            game(dt.date(2014, 5, 1), FEW, ab=BLENDED_BELOW - 1, so=50, h=40),
            game(dt.date(2014, 5, 1), ENOUGH, ab=BLENDED_BELOW, so=50, h=40),
            game(dt.date(2014, 5, 1), REGULAR, ab=601, so=100, h=170),
            game(dt.date(2015, 5, 1), CALLED_UP, ab=40, so=10, h=10),
            game(dt.date(2015, 5, 1), REGULAR, ab=60, so=15),
        ],
    )


def profiles(store: Store, player_type: str = "batter", season: int = 2015) -> Rows:
    make_stat_profiles(store, player_type, season)
    rows = store.delta("features.stat_profiles").to_pyarrow_table().to_pylist()
    return {(r["mlbam_id"], r["as_of"]): r for r in rows if (r["player_type"], r["season"]) == (player_type, season)}


def test_the_source_changes_at_200_opportunities(store: Store) -> None:
    write_few_and_enough(store)
    blended, newcomer = {"source": "blended"}, {"source": "mle"}
    write_mle_rates(store, 2015, {FEW: blended, ENOUGH: blended, FRESH: newcomer, CALLED_UP: newcomer})
    found = profiles(store)
    sources = {player: found[player, PRESEASON]["identity_source"] for player, as_of in found if as_of == PRESEASON}
    assert sources == {FEW: "blended", ENOUGH: "mlb", REGULAR: "mlb", FRESH: "mle", CALLED_UP: "mle"}
    weighed = {player: found[player, PRESEASON]["minor_opportunities"] for player in sources}
    assert weighed == {FEW: 150.0, ENOUGH: 0.0, REGULAR: 0.0, FRESH: 150.0, CALLED_UP: 150.0}


def test_a_blended_rate_is_both_leagues_counts_over_their_opportunities(store: Store) -> None:
    write_few_and_enough(store)
    write_mle_rates(store, 2015, {FEW: {"source": "blended", "so_rate": {"minor_rate": 0.31, "minor_weight": 120.0}}})
    few = profiles(store)[FEW, PRESEASON]
    league = 200 / 1000
    expected = (50 + K * league + 120 * 0.31) / (199 + K + 120)
    assert [few[f"{horizon}_so_rate"] for horizon in HORIZONS] == pytest.approx([expected] * 4)
    assert few["career_h_rate"] == pytest.approx((40 + K * 0.25 + 150 * 0.3) / (199 + K + 150))
    assert few["three_year_opportunities"] == 199


def test_what_nobody_counted_in_the_minors_is_not_blended(store: Store) -> None:
    write_few_and_enough(store)
    unknown = {"minor_rate": None, "minor_weight": 0.0}
    write_mle_rates(store, 2015, {FEW: {"source": "blended", "h_rate": unknown}, FRESH: {"h_rate": unknown}})
    found = profiles(store)
    few, fresh = found[FEW, PRESEASON], found[FRESH, PRESEASON]
    assert few["career_h_rate"] == pytest.approx((40 + K * 0.25) / (199 + K))
    assert few["career_so_rate"] != pytest.approx((50 + K * 0.2) / (199 + K))
    assert (fresh["career_h_rate"], fresh["identity_source"]) == (0.25, "mle")


def test_from_200_opportunities_on_nothing_of_the_minors_enters(store: Store) -> None:
    write_few_and_enough(store)
    before = profiles(store)
    write_mle_rates(store, 2015, {FEW: {"source": "blended"}, ENOUGH: {"source": "mlb"}, FRESH: {}})
    after = profiles(store)
    assert {key: after[key] for key in before if key[0] != FEW} == {k: v for k, v in before.items() if k[0] != FEW}
    assert after[FEW, PRESEASON] != before[FEW, PRESEASON]


def test_a_newcomer_has_the_minors_rates_and_no_opportunities(store: Store) -> None:
    write_few_and_enough(store)
    write_mle_rates(store, 2015, {FRESH: {"hr_rate": {"rate": 0.041}}})
    write_minor_lines(store, [minor_line(2014, FRESH, age=22)])
    found = profiles(store)[FRESH, PRESEASON]
    for horizon in HORIZONS:
        assert (found[f"{horizon}_hr_rate"], found[f"{horizon}_so_rate"]) == (0.041, 0.25)
        assert (found[f"{horizon}_opportunities"], found[f"{horizon}_supplied_by"]) == (0, "career")
    assert (found["days_since_last_game"], found["role"]) == (None, "batter")
    assert (found["bats"], found["throws"]) == ("B", "L")
    assert found["age"] == pytest.approx((dt.date(2015, 6, 30) - dt.date(1980, 9, 10)).days / 365.25, abs=1e-5)


def test_a_newcomer_is_one_until_he_plays_and_nobody_is_dropped(store: Store) -> None:
    write_few_and_enough(store)
    write_mle_rates(store, 2015, {FEW: {"source": "blended"}, FRESH: {}, CALLED_UP: {}})
    found = profiles(store)
    everybody = {FEW, ENOUGH, REGULAR, FRESH, CALLED_UP}
    assert set(found) == {(player, as_of) for player in everybody for as_of in (PRESEASON, MIDSEASON)}
    assert found[FRESH, MIDSEASON]["identity_source"] == "mle"
    called_up = found[CALLED_UP, MIDSEASON]
    assert (called_up["identity_source"], called_up["three_year_opportunities"]) == ("blended", 40)
    assert called_up["days_since_last_game"] == 61
    assert found[CALLED_UP, PRESEASON]["identity_source"] == "mle"


def test_a_newcomer_pitches_in_the_role_of_his_minors(store: Store) -> None:
    fill(store, [game(dt.date(2014, 5, 1), 101, "pitcher", ab=600, er=60, outs=400)])
    write_mle_rates(store, 2015, {player: {} for player in range(110, 115)}, "pitcher")
    write_minor_lines(
        store,
        [
            minor_line(2014, 110, "pitcher", games=20, starts=10),
            minor_line(2014, 111, "pitcher", games=20, starts=9),
            minor_line(2014, 112, "pitcher", games=20, starts=None, pa=250),
            minor_line(2014, 113, "pitcher", games=20, starts=None, pa=249),
            minor_line(2011, 114, "pitcher", games=20, starts=20),
            minor_line(2015, 114, "pitcher", games=20, starts=20),
        ],
    )
    roles = {player: row["role"] for (player, as_of), row in profiles(store, "pitcher").items() if player > 101}
    assert roles == {110: "starter", 111: "reliever", 112: "starter", 113: "reliever", 114: "reliever"}


def test_later_minors_change_no_profile(store: Store) -> None:
    write_few_and_enough(store)
    write_mle_rates(store, 2015, {FRESH: {}})
    write_minor_lines(store, [minor_line(2014, FRESH)])
    before = profiles(store)
    write_mle_rates(store, 2016, {FEW: {"source": "blended"}, FRESH: {"so_rate": {"rate": 0.5}}})
    write_minor_lines(store, [minor_line(2015, FRESH, age=40), minor_line(2016, FEW)])
    assert make_stat_profiles(store, "batter", 2015).skipped
    store.drop("features.stat_profiles", {"player_type": "batter", "season": 2015})
    assert profiles(store) == before


def test_archetypes_know_newcomers_by_the_same_centroids(store: Store) -> None:
    """Batters of three plain kinds; two newcomers with the rates of the first and the second, on the same age."""
    games = [row for row in random_games([2014]) if row["player_type"] == "batter" and int(str(row["mlbam_id"])) < 20]
    for row in games:
        kind = int(str(row["mlbam_id"])) % 3
        row["so"], row["bb"], row["hr"] = [(8, 0, 0), (1, 5, 0), (2, 0, 4)][kind]
    fill(store, games)
    preset = dataclasses.replace(PRESETS["large"], tune_until=2015, archetypes=3)
    plain = profiles(store)
    fit_archetypes(store, "batter", preset)
    assign_archetypes(store, "batter", 2015)
    before, centroids = kinds(store), read_archetypes(store, "batter").centroids.tolist()
    like = {FRESH: 3, CALLED_UP: 4}
    names = [item.name for item in head_statistics("batter")]
    write_mle_rates(
        store,
        2015,
        {
            player: {name: {"rate": plain[model, PRESEASON][f"three_year_{name}"]} for name in names}
            for player, model in like.items()
        },
    )
    make_stat_profiles(store, "batter", 2015)
    fit_archetypes(store, "batter", preset)
    assert read_archetypes(store, "batter").centroids.tolist() == centroids
    assign_archetypes(store, "batter", 2015)
    after = kinds(store)
    assert {player: after[player] for player in before} == before
    assert {player: after[player] for player in like} == {player: before[model] for player, model in like.items()}
    assert len(set(before.values())) == 3


def kinds(store: Store) -> dict[int, int]:
    rows = store.delta("features.archetypes").to_pyarrow_table().to_pylist()
    return {row["mlbam_id"]: row["archetype"] for row in rows if row["as_of"] == PRESEASON}


def test_networks_read_newcomers_without_a_gap(store: Store) -> None:
    write_few_and_enough(store)
    write_mle_rates(store, 2015, {FEW: {"source": "blended"}, FRESH: {"h_rate": {"minor_weight": 0.0}}})
    make_stat_profiles(store, "batter", 2015)
    table = store.delta("features.stat_profiles").to_pyarrow_table()
    matrix, names = profile_features(table.filter(pc.equal(table["as_of"], pa.scalar(PRESEASON))).sort_by("mlbam_id"))
    weighed = matrix[:, names.index("minor_log_opportunities")]
    assert [value > 0 for value in weighed] == [True, False, False, True]
