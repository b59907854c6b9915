"""The rows that a control learns from and the rows it projects: prior, outcome and columns, side by side.

Belongs here: which target seasons and which players teach. Not here: the columns themselves (the blocks) and the
fitting (`controls`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls.context_block import context_block
from fbm_pipeline.controls.lines_block import lines_block
from fbm_pipeline.controls.parks_block import parks_block
from fbm_pipeline.controls.physics_block import physics_block
from fbm_pipeline.controls.sequence_block import sequence_blocks
from fbm_pipeline.marcel.constants import FIRST_TARGET
from fbm_pipeline.marcel.season_lines import (
    Histories,
    MarcelError,
    SeasonLines,
    actual_rows,
    find_rows,
    histories,
    read_season_lines,
)
from fbm_pipeline.store.tables import Store

FAMILIES = ("discipline", "battedball", "spray", "platoon", "opposition", "recency", "context")

# Chosen on target seasons 2010-2017: rows of 150 PA or BF and more teach best, in a league whose regulars reach 750.
# As a share of the season's most it also fits a league of shorter seasons. Above the cap a row adds little.
TRAINING_SHARE = 0.2
WEIGHT_CAP = 600.0
MINIMUM_PLAYER_SEASONS = 10  # below this the spread of a column is noise


@dataclass(frozen=True)
class Frame:
    """Player-seasons of one side of the ball, by target season and player, the season projected last.

    Rates are scaled as the statistics are; `outcome` is NaN for the season projected and for what is not known.
    """

    season: int  # the one projected
    players: Histories  # (n,)
    names: tuple[str, ...]  # of the S statistics
    prior: np.ndarray  # (n, S) tuned Marcel
    outcome: np.ndarray  # (n, S)
    weight: np.ndarray  # (n,) opportunities of the target season up to the cap; 0 for rows that do not teach
    blocks: Mapping[str, Block]  # by family, (n, ...) each

    @property
    def projected(self) -> np.ndarray:
        """(n,) whether a row is of the season projected."""
        return self.players.season == self.season

    def columns(self, families: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
        """Names and (n, p) values of the families' columns, in the order given."""
        names = tuple(column for family in families for column in self.blocks[family].columns)
        return names, np.concatenate([self.blocks[family].values for family in families], axis=1)


def training_targets(store: Store, season: int) -> list[int]:
    """Target seasons before `season` to learn from: from FIRST_TARGET or the store's second, without the short one."""
    played = sorted(int(part["season"]) for part in store.partitions("core.season_lines"))
    first = max(FIRST_TARGET, played[0] + 1) if played else season
    return [year for year in played if first <= year < season and year != SHORT_SEASON]


def read_frame(store: Store, player_type: str, season: int, families: Sequence[str]) -> Frame:
    """All rows for projecting a season, with the columns of the families (`lines`, FAMILIES, `parks`, `physics`).

    Raises MarcelError when no season can teach or Marcel's rates of a season are missing; FileNotFoundError when the
    table behind a family was never written.
    """
    targets = training_targets(store, season)
    if season == SHORT_SEASON or not targets:
        raise MarcelError(
            f"no control can be made for {player_type}s of {season}: {len(targets)} target seasons before it can "
            f"teach (from {FIRST_TARGET} or the store's second season on, {SHORT_SEASON} neither teaches nor is "
            "projected). Materialize earlier seasons of core.season_lines or ask for a later season."
        )
    first = min(int(part["season"]) for part in store.partitions("core.season_lines"))
    lines = read_season_lines(store, player_type, first, season - 1)
    players = histories(lines, [*targets, season])
    outcome, opportunities = _outcomes(lines, players)
    return Frame(
        season,
        players,
        tuple(item.name for item in statistics(player_type)),
        _priors(store, player_type, players),
        outcome,
        _weights(players, opportunities),
        _blocks(store, player_type, players, families),
    )


def _outcomes(lines: SeasonLines, players: Histories) -> tuple[np.ndarray, np.ndarray]:
    """(n, S) actual rates, NaN where there is none, and (n,) actual opportunities."""
    at = actual_rows(lines, players)
    played = at >= 0
    rates = np.full((len(at), len(statistics(lines.player_type))), np.nan)
    for column, statistic in enumerate(statistics(lines.player_type)):
        numerator, denominator = lines.totals(statistic)
        known = played & (denominator[at] > 0)
        rates[known, column] = statistic.scale * numerator[at][known] / denominator[at][known]
    return rates, np.where(played, lines.counts["opportunities"][at], 0.0)


def _weights(players: Histories, opportunities: np.ndarray) -> np.ndarray:
    weights = np.zeros(len(opportunities))
    for season in np.unique(players.season):
        rows = players.season == season
        enough = opportunities[rows] >= max(TRAINING_SHARE * opportunities[rows].max(), 1.0)
        weights[rows] = np.where(enough, np.minimum(opportunities[rows], WEIGHT_CAP), 0.0)
    return weights


def _priors(store: Store, player_type: str, players: Histories) -> np.ndarray:
    """(n, S) tuned Marcel of every row. Raises MarcelError when one of them has none."""
    seasons = np.unique(players.season)
    wanted = pc.field("player_type") == player_type
    wanted &= (pc.field("system") == "marcel") & pc.field("season").isin(seasons.tolist())
    table = (
        store.delta("features.marcel_rates")
        .to_pyarrow_dataset()
        .to_table(filter=wanted, columns=["season", "mlbam_id", "statistic", "rate"])
    )
    table = table.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
    season, mlbam_id = (table.column(name).to_numpy().astype(np.int64) for name in ("season", "mlbam_id"))
    names = table.column("statistic").to_numpy(zero_copy_only=False)
    rate = table.column("rate").to_numpy()
    prior = np.full((len(players.season), len(statistics(player_type))), np.nan)
    for column, statistic in enumerate(statistics(player_type)):
        of_statistic = names == statistic.name
        if of_statistic.any():
            at = find_rows(season[of_statistic], mlbam_id[of_statistic], players.season, players.mlbam_id)
            prior[:, column] = np.where(at >= 0, rate[of_statistic][at], np.nan)
    lost = np.unique(players.season[np.isnan(prior).any(axis=1)]).tolist()
    if lost:
        raise MarcelError(
            f"features.marcel_rates lack {player_type}s of target seasons {lost} whose lines are held; materialize "
            f"{player_type}/marcel_rates for these seasons first."
        )
    return prior


def _blocks(store: Store, player_type: str, players: Histories, families: Sequence[str]) -> dict[str, Block]:
    blocks = {"lines": lines_block(store, player_type, players)}
    if set(families) & set(FAMILIES) - {"context"}:
        blocks |= {block.name: block for block in sequence_blocks(store, player_type, players)}
    for name, provide in (("context", context_block), ("parks", parks_block), ("physics", physics_block)):
        if name in families:
            blocks[name] = provide(store, player_type, players)
    return blocks


def require_rows(frame: Frame, player_type: str) -> None:
    """Raise MarcelError when too few player-seasons can teach."""
    n = int((frame.weight > 0).sum())
    if n < MINIMUM_PLAYER_SEASONS:
        raise MarcelError(
            f"{n} {player_type} seasons before {frame.season} have enough opportunities to teach a control; expected "
            f"at least {MINIMUM_PLAYER_SEASONS}. Materialize more seasons of core.season_lines."
        )
