"""How much of a season's rate is luck: the variance it would have for a player whose true rate never moved.

Each player-season's own, without bias and without any system: p (1 - p) / (n - 1) for a share of n trials, the sample
variance of bases over at-bats, and for earned runs the spread from game to game, because runs come in clumps.
Not here: what is left of an error when luck is taken off (error_spread).
"""

import numpy as np
import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, Statistic, statistics
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

TABLES = ("core.season_lines", "core.player_games")
KEY = ["season", "player_type", "mlbam_id", "statistic"]

BY_GAME = ("er_rate", "era", "whip")  # of pitchers
TOPS: dict[str, float | None] = {"slg": 4.0, "iso": 3.0, "era": None, "whip": None}  # every other rate ends at 1


def is_share(statistic: str) -> bool:
    """Whether the rate is a share of trials, so that its luck goes with p (1 - p); else it goes with the rate."""
    return statistic not in TOPS and statistic != "er_rate"


def load_luck(store: Store, first_season: int, last_season: int) -> pd.DataFrame:
    """Variance by luck of every actual rate, long: season, player_type, mlbam_id, statistic, luck_variance.

    Without a row: rates over fewer than two trials, and earned runs of pitchers whose games do not list them (before
    2013 in Retrosheet's files).
    """
    bounds = {"first_season": first_season, "last_season": last_season}
    with session(store, tables=TABLES) as connection:
        lines = query(connection, "evaluation/season_lines", bounds).to_pandas()
        games = query(connection, "evaluation/earned_run_luck", bounds).to_pandas()
    parts = [_by_game(games)]
    for player_type in PLAYER_TYPES:
        type_lines = lines[lines["player_type"] == player_type]
        parts += [
            type_lines[KEY[:3]].assign(statistic=statistic.name, luck_variance=trial_luck(type_lines, statistic))
            for statistic in statistics(player_type)
            if statistic.name not in BY_GAME
        ]
    variances = pd.concat(parts, ignore_index=True)
    return variances[variances["luck_variance"].notna()]


def trial_luck(lines: pd.DataFrame, statistic: Statistic) -> pd.Series:
    """(mean of squares - square of the mean) / (n - 1) over the n trials of each line; NaN below two trials."""
    counts = lines.astype({name: "float64" for name, _ in statistic.numerator + statistic.denominator})
    zero = 0.0 * counts["opportunities"].astype("float64")
    trials = sum((counts[name] * weight for name, weight in statistic.denominator), start=zero)
    trials = trials.where(trials > 1)
    mean = sum((counts[name] * weight for name, weight in statistic.numerator), start=zero) / trials
    square = sum((counts[name] * weight**2 for name, weight in statistic.numerator), start=zero) / trials
    return statistic.scale**2 * (square - mean**2) / (trials - 1)


def _by_game(games: pd.DataFrame) -> pd.DataFrame:
    long = games.assign(player_type="pitcher").melt(
        id_vars=KEY[:3], value_vars=list(BY_GAME), var_name="statistic", value_name="luck_variance"
    )
    return long.astype({"luck_variance": "float64"})


def luck_scales(actuals: pd.DataFrame) -> pd.DataFrame:
    """The luck of one opportunity by player type and statistic, as a multiple of p (1 - p) or of the rate.

    `actuals` holds player_type, statistic, actual, opportunities and luck_variance (NaN where unknown). A statistic of
    which no player's luck is known has the scale 0: then the whole of an error counts as spread.
    Columns player_type, statistic, scale, is_share.
    """
    n = actuals["opportunities"].to_numpy(np.float64)
    rate = actuals["actual"].to_numpy(np.float64)
    shares = actuals["statistic"].map(is_share).to_numpy(bool)
    known = actuals["luck_variance"].notna().to_numpy()
    # Summed over players, each weighted by his opportunities: a single player's own luck is known too poorly.
    sums = (
        pd.DataFrame(
            {
                "player_type": actuals["player_type"],
                "statistic": actuals["statistic"],
                "luck": np.where(known, n**2 * actuals["luck_variance"].to_numpy(np.float64), 0.0),
                "shape": np.where(known, n * rate * np.where(shares, 1 - rate, 1.0), 0.0),
            }
        )
        .groupby(["player_type", "statistic"], as_index=False)
        .sum()
    )
    scale = (sums["luck"] / sums["shape"].where(sums["shape"] > 0)).fillna(0.0)
    return sums[["player_type", "statistic"]].assign(scale=scale, is_share=sums["statistic"].map(is_share))


def luck_variance(rate: np.ndarray, opportunities: np.ndarray, scale: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Variance by luck of a rate still to come over so many opportunities, at the scale of `luck_scales`."""
    p = np.maximum(rate, 0.0)
    return scale * p * np.where(share, np.maximum(1 - p, 0.0), 1.0) / np.maximum(opportunities, 1.0)
