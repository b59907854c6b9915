"""Marcel's playing time: how many plate appearances or batters faced a player may expect."""

import numpy as np

from fbm_pipeline.marcel.season_lines import Histories, MarcelError, SeasonLines

LAST_YEAR = 0.5
YEAR_BEFORE = 0.1
PLATE_APPEARANCES = 200.0
STARTER_OUTS = 60.0 * 3
RELIEVER_OUTS = 25.0 * 3
STARTER_SHARE = 0.5  # of the games of three years, from which a pitcher counts as a starter

# Outs of the league's batters faced per out mixed into a pitcher's own: Marcel's own regression for pitchers.
REGRESSION_OUTS = 134.0


def expected_opportunities(lines: SeasonLines, players: Histories) -> np.ndarray:
    """(n,) plate appearances: half of last year's, a tenth of the year before's and 200.

    Pitchers: the same shares of their batters faced and 60 innings (starters) or 25 (relievers), turned into batters
    faced by the pitcher's own batters per out regressed to the league's. Raises MarcelError when no outs are known.
    """
    past = players.gather(lines.counts["opportunities"])
    recent = LAST_YEAR * past[:, 0] + YEAR_BEFORE * past[:, 1]
    if lines.player_type == "batter":
        return recent + PLATE_APPEARANCES
    innings = np.where(are_starters(lines, players), STARTER_OUTS, RELIEVER_OUTS)
    return recent + innings * batters_per_out(lines, players)


def are_starters(lines: SeasonLines, players: Histories) -> np.ndarray:
    """(n,) whether at least half of a pitcher's games of the three seasons were starts."""
    games = players.gather(lines.counts["g"]).sum(axis=1)
    starts = players.gather(lines.counts["gs"]).sum(axis=1)
    return starts >= STARTER_SHARE * np.maximum(games, 1)


def batters_per_out(lines: SeasonLines, players: Histories) -> np.ndarray:
    """(n,) batters faced per out of each pitcher's three seasons, regressed to the league's of all lines.

    Raises MarcelError when no outs are known.
    """
    has_outs = ~np.isnan(lines.counts["outs"])
    faced = np.where(has_outs, lines.counts["opportunities"], 0.0)
    outs = np.where(has_outs, lines.counts["outs"], 0.0)
    if len(players.season) and outs.sum() == 0:
        raise MarcelError(
            f"core.season_lines hold no outs for pitchers in {np.unique(lines.season).tolist()}; expected outs "
            "recorded in every pitcher's line. Rebuild core.season_lines from a source that has them."
        )
    league = faced.sum() / outs.sum() if outs.sum() else 0.0
    player_faced = players.gather(faced).sum(axis=1)
    player_outs = players.gather(outs).sum(axis=1)
    return (player_faced + REGRESSION_OUTS * league) / (player_outs + REGRESSION_OUTS)
