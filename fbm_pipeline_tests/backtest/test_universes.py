"""Who is scored, and which systems and seasons are compared."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.universes import (
    SYSTEMS,
    TIERS,
    complete_seasons,
    eligible,
    present_systems,
    shared,
    tier_of,
    widen,
)
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.figures import COLOURS
from fbm_pipeline.publish.formats import SYSTEM_LABELS, TITLES

OWN = ("marcel_classic", "marcel", "contextual", "ensemble")


def rows(
    players: int = 40, seasons: tuple[int, ...] = (2019, 2021), public: dict[int, list[str]] | None = None
) -> pd.DataFrame:
    """A backtest of batters' strikeouts: every system near the truth by its own error."""
    rng = np.random.default_rng(1)
    found = []
    for season in seasons:
        for player in range(players):
            actual = rng.uniform(0.1, 0.3)
            known = {
                "season": season,
                "player_type": "batter",
                "mlbam_id": player,
                "statistic": "so_rate",
                "actual": actual,
                "opportunities": 150 + 10 * player,
                "prior_opportunities": 60 * player,
                "debut": player == 0,
                "top_300": player < 3,
                "crps": 0.01 * player,
            }
            systems = (*OWN, *(public or {}).get(season, []))
            found += [known | {"system": name, "projected": actual + rng.normal() * 0.03} for name in systems]
    return pd.DataFrame(found)


def test_wide_rows_are_player_seasons_and_columns_systems() -> None:
    backtest = rows(public={2019: ["zips"]}).sample(frac=1, random_state=3)
    wide = widen(backtest, "batter", "so_rate")
    assert wide[["season", "mlbam_id"]].to_numpy().tolist() == [[s, i] for s in (2019, 2021) for i in range(40)]
    one = backtest.query("season == 2021 and mlbam_id == 7 and system == 'contextual'").iloc[0]
    assert wide.query("season == 2021 and mlbam_id == 7")["contextual"].item() == one["projected"]
    assert wide.loc[wide["season"] == 2019, "zips"].notna().all()
    assert wide.loc[wide["season"] == 2021, "zips"].isna().all()
    beside = widen(backtest, "batter", "so_rate", "crps")
    assert beside["mlbam_id"].tolist() == wide["mlbam_id"].tolist()
    assert beside["marcel"].tolist() == pytest.approx([0.01 * i for i in range(40)] * 2)
    assert widen(backtest, "pitcher", "so_rate").empty


def test_full_asks_for_opportunities_history_and_marcel() -> None:
    backtest = rows()
    backtest = backtest[~((backtest["mlbam_id"] == 20) & (backtest["system"] == "marcel"))]
    players = eligible(widen(backtest, "batter", "so_rate"), "full")
    assert sorted(players["mlbam_id"].unique()) == [player for player in range(5, 40) if player != 20]


def test_tiers_split_full_without_rest() -> None:
    wide = widen(rows(), "batter", "so_rate")
    tiers = [eligible(wide, name) for name in ("under_500", "500_1200", "over_1200")]
    assert sum(len(tier) for tier in tiers) == len(eligible(wide, "full"))
    assert tiers[1]["prior_opportunities"].min() >= 500
    assert tiers[1]["prior_opportunities"].max() < 1200
    for name, tier in zip(TIERS, tiers, strict=True):
        assert set(tier_of(tier["prior_opportunities"])) == {name}


def test_the_top_ask_for_one_opportunity_and_the_projected_for_none() -> None:
    backtest = rows()
    backtest.loc[backtest["mlbam_id"] == 1, "opportunities"] = 0
    wide = widen(backtest, "batter", "so_rate")
    assert set(eligible(wide, "top_300")["mlbam_id"]) == {0, 2}
    assert set(eligible(wide, "projected")["mlbam_id"]) == set(range(40))


def test_every_system_has_a_colour_and_a_label_of_its_own() -> None:
    assert set(COLOURS) == set(SYSTEM_LABELS) == set(SYSTEMS)
    assert len(set(COLOURS.values())) == len(set(SYSTEM_LABELS.values())) == len(SYSTEMS)
    assert set(TITLES) == set(REGISTERED)
    assert {system for item in REGISTERED.values() for system in item.systems} <= set(SYSTEMS)


def test_unknown_universe_is_an_error() -> None:
    with pytest.raises(ValueError, match="under_500"):
        eligible(widen(rows(), "batter", "so_rate"), "everybody")


def test_debuts_need_no_season_before() -> None:
    backtest = rows()
    backtest.loc[backtest["mlbam_id"] == 0, "opportunities"] = 300
    players = eligible(widen(backtest, "batter", "so_rate"), "debuts")
    assert players["mlbam_id"].tolist() == [0, 0]


def test_common_is_what_every_present_system_projects() -> None:
    backtest = rows(public={2019: ["steamer", "thebat"]})
    listed = backtest["mlbam_id"] < 10  # a system that lists only a handful is not compared
    backtest = backtest[(backtest["system"] != "thebat") | listed]
    backtest = backtest[~((backtest["system"] == "steamer") & (backtest["mlbam_id"] == 39))]
    players = eligible(widen(backtest, "batter", "so_rate"), "full")
    present = present_systems(players)
    assert present == {2019: [*OWN, "steamer"], 2021: list(OWN)}
    assert complete_seasons(players, ["marcel", "steamer"]) == [2019]
    assert complete_seasons(players, ["marcel", "contextual"]) == [2019, 2021]
    assert 39 not in shared(players[players["season"] == 2019], present[2019])["mlbam_id"].tolist()
