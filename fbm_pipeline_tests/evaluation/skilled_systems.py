"""A backtest made by hand: systems that are the truth with an error of a chosen size, by season where wanted."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made

Error = float | Mapping[int, float]
LUCK = 0.02


def backtest(
    systems: Mapping[str, Error],
    seasons: Sequence[int] = (2018, 2019, 2021),
    players: int = 80,
    statistics: Sequence[str] | None = None,
    seed: int = 4,
) -> pd.DataFrame:
    """Rows as `evaluation.backtest.load_backtest` gives them: rates of players of 250 to 600 PA or BF, all in
    `full`, the first half of them in `top_300`; a system of error 0 is the true talent.

    `systems` name their error, one for all seasons or by season; a season not named has none of its rows.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for player_type in PLAYER_TYPES:
        first = 1 if player_type == "batter" else 1001
        for statistic in scored_statistics(player_type) if statistics is None else statistics:
            talent = rng.normal(0.2, 0.04, players)
            for season in seasons:
                known = pd.DataFrame(
                    {
                        "season": season,
                        "player_type": player_type,
                        "mlbam_id": np.arange(first, first + players),
                        "statistic": statistic,
                        "actual": talent + rng.normal(0, LUCK, players),
                        "opportunities": rng.integers(250, 600, players),
                        "prior_opportunities": 1 + 20 * np.arange(players),
                        "debut": False,
                        "top_300": np.arange(players) < players // 2,
                        "p10": np.nan,
                        "p90": np.nan,
                        "crps": np.nan,
                        "luck_variance": LUCK**2,
                        "interval_from": None,
                    }
                )
                for system, error in systems.items():
                    size = error if isinstance(error, float | int) else error.get(season)
                    noise = rng.normal(0, 1, players)
                    if size is not None:
                        parts.append(known.assign(system=system, projected=talent + size * noise))
    return pd.concat(parts, ignore_index=True)


def write_backtest(store: Store, rows: pd.DataFrame) -> None:
    """evaluation.backtest of these rows, with playing time for every system, and the season lines it is read with."""
    name, lines = "evaluation.backtest", "core.season_lines"
    players = rows.drop_duplicates(["season", "player_type", "mlbam_id", "system"])
    time = players.assign(statistic="opportunities", projected=450.0 - 2 * (players["mlbam_id"] % 1000))
    time["actual"] = time["opportunities"].astype("float64")
    for season, part in pd.concat([rows, time]).groupby("season"):
        found = part.astype({"interval_from": "object"}).where(part.notna(), None).to_dict("records")
        store.write(name, {"season": int(str(season))}, hand_made.table(store.contracts[name], found))
    first = int(rows["season"].min()) - 1
    known = rows.drop_duplicates(["player_type", "mlbam_id"])[["player_type", "mlbam_id"]].to_dict("records")
    played = [{"season": first, "opportunities": 400, **row} for row in known]
    store.write(lines, {"season": first}, hand_made.table(store.contracts[lines], played))
