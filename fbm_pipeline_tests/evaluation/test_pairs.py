"""Differences of two systems: families, universes, verdicts, and the same answer as an independent scorer."""

import pandas as pd
import pytest

from fbm_pipeline.evaluation import pairs as pairs_module
from fbm_pipeline.evaluation.comparisons import CONTROLS, PHYSICS, PUBLIC, REGISTERED, Comparison, named
from fbm_pipeline.evaluation.families import holm
from fbm_pipeline.evaluation.pairs import pair_rows, season_groups
from fbm_pipeline.evaluation.pairs import tested_universes as asked_universes
from fbm_pipeline.evaluation.sheets import RATE, sheets
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline_tests.evaluation.skilled_systems import backtest

THREE = Comparison("three", ("marcel", "ridge", "control"), pairs=(("marcel", "control"), ("marcel", "ridge")))
SEASONS = (2018, 2019, 2021)


def three_systems() -> pd.DataFrame:
    """ridge is marcel over again, control has half its error."""
    rows = backtest({"marcel": 0.03, "control": 0.015}, SEASONS)
    same = rows[rows["system"] == "marcel"].assign(system="ridge")
    return pd.concat([rows, same], ignore_index=True)


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    return pd.DataFrame(pair_rows(sheets(three_systems()), [(THREE, SEASONS)]))


def test_a_clear_gain_is_better_in_every_statistic(pairs: pd.DataFrame) -> None:
    gain = pairs.query("new == 'control' and universe == 'full' and kind == 'rate'")
    assert len(gain) == 17
    assert set(gain["verdict"]) == {"better"}
    assert (gain["d_rmse_high"] < 0).all()
    assert (gain["d_r_low"] > 0).all()
    assert set(gain["n"]) == {240}
    assert set(gain["players"]) == {80}
    assert set(gain["seasons"]) == {"2018-2021"}


def test_the_same_projections_are_undecided_and_zero_is_covered(pairs: pd.DataFrame) -> None:
    same = pairs.query("new == 'ridge'")
    assert set(same["verdict"]) == {"undecided"}
    assert (same[["d_r", "d_rmse", "d_rmse_low", "d_rmse_high"]] == 0).all(axis=None)
    assert (same["holm_rmse"] == 1).all()


def test_a_family_is_both_player_types_of_one_pair_and_universe(monkeypatch: pytest.MonkeyPatch) -> None:
    p_values: list[list[float]] = []

    def recorded(p: list[float]) -> list[float]:
        p_values.append(list(p))
        return holm(p)

    monkeypatch.setattr(pairs_module, "holm", recorded)
    rows = pd.DataFrame(pair_rows(sheets(three_systems()), [(THREE, SEASONS)]))
    families = [family for _, family in rows.groupby(["universe", "kind", "base", "new"], sort=False)]
    assert all(set(family["player_type"]) == {"batter", "pitcher"} for family in families)
    adjusted = [family[f"holm_{measure}"].tolist() for family in families for measure in ("r", "rmse")]
    assert len(adjusted) == len(p_values)
    for found, p in zip(adjusted, p_values, strict=True):
        assert found == pytest.approx(holm(p))


def test_kinds_are_families_of_their_own(pairs: pd.DataFrame) -> None:
    full = pairs.query("universe == 'full' and new == 'control'")
    assert full.groupby("kind").size().to_dict() == {"rate": 17, "count_true_playing_time": 8}


def test_tiers_are_told_apart(pairs: pd.DataFrame) -> None:
    sizes = pairs.query("new == 'control' and stat == 'so_rate' and player_type == 'batter'").set_index("universe")["n"]
    assert sizes["under_500"] + sizes["500_1200"] + sizes["over_1200"] == sizes["full"]


def test_players_whom_one_system_leaves_out_count_for_none() -> None:
    rows = backtest({"marcel": 0.02, "ridge": 0.02, "control": 0.02}, SEASONS, statistics=("so_rate",))
    rows = rows[~((rows["system"] == "ridge") & (rows["mlbam_id"] == 7))]
    found = pd.DataFrame(pair_rows(sheets(rows), [(THREE, SEASONS)])).query("universe == 'full' and kind == 'rate'")
    assert found.groupby("player_type")["players"].unique().str[0].to_dict() == {"batter": 79, "pitcher": 80}


def test_a_season_without_one_of_the_systems_is_left_out() -> None:
    rows = backtest(
        {"marcel": 0.02, "ridge": 0.02, "control": {2018: 0.02, 2021: 0.02}}, SEASONS, statistics=("so_rate",)
    )
    found = pd.DataFrame(pair_rows(sheets(rows), [(THREE, SEASONS)])).query("universe == 'full'")
    assert set(found["seasons"]) == {"2018-2021"}
    assert set(found["n"]) == {160}


def with_debuts() -> pd.DataFrame:
    """The last thirty of each type make their debut; Marcel and his control do not know them, two others do."""
    rows = backtest({"marcel": 0.03, "control": 0.03, "debut_mean": 0.05, "mle": 0.01}, SEASONS)
    debut = rows["mlbam_id"] % 1000 > 50
    rows = rows.assign(debut=debut, prior_opportunities=rows["prior_opportunities"].where(~debut, 0))
    return rows[~(debut & rows["system"].isin(["marcel", "control"]))]


def test_pairs_are_tested_among_debuts_where_a_comparison_is_about_them() -> None:
    rows = with_debuts()
    asked = (("debut_mean", "mle"), ("marcel", "mle"), ("mle", "control"))
    about = Comparison("about", ("marcel", "control", "debut_mean", "mle"), pairs=asked, shown=("debuts",))
    other = Comparison("other", about.systems, pairs=asked)
    found = pd.DataFrame(pair_rows(sheets(rows), [(about, SEASONS), (other, SEASONS)]))
    assert set(found.loc[found["comparison"] == "other", "universe"]) == {"full", "under_500", "500_1200"}
    debuts = found[found["universe"] == "debuts"]
    assert set(debuts["comparison"]) == {"about"}
    assert set(debuts["base"] + ">" + debuts["new"]) == {"debut_mean>mle"}  # the others project no debutant
    assert set(debuts["kind"]) == {"rate"}
    assert set(debuts["n"]) == {90}
    assert set(debuts["verdict"]) == {"better"}
    elsewhere = found[found["universe"] == "full"]
    assert set(elsewhere["base"] + ">" + elsewhere["new"]) == {"debut_mean>mle", "marcel>mle", "mle>control"}
    assert "top_300" not in set(found["universe"])


def test_registered_comparisons_about_debuts_are_those_of_the_minors() -> None:
    about = {name for name, item in REGISTERED.items() if "debuts" in asked_universes(item, RATE)}
    assert about == {"minors", "minors_public"}
    assert set(REGISTERED["minors"].shown) == {"debuts", "under_500", "500_1200", "over_1200"}


def test_registered_comparisons_name_pairs_of_their_own_systems() -> None:
    for comparison in REGISTERED.values():
        assert {system for pair in comparison.tested for system in pair} <= set(comparison.systems)
    assert CONTROLS.universe == "full"
    assert PUBLIC.universe == "common"
    assert named(["a", "b", "c"]).tested == (("a", "b"), ("a", "c"), ("b", "c"))
    assert named(["physics"]) is PHYSICS


def test_physics_is_asked_where_there_was_physics_to_learn_from() -> None:
    preset = PRESETS["real"]
    assert season_groups(PHYSICS, preset) == [(2022, 2023, 2024)]
    assert season_groups(CONTROLS, preset) == [preset.development_seasons, preset.test_seasons]
