"""`features.playing_time`: plate appearances, batters faced and outs to expect of every player Marcel projects.

Learned from target seasons before the one projected, with zero for those who did not play: a projection of playing
time must say who will not. The expectation is the mean of boosted trees and a ridge, for pitchers weighted over their
roles, brought to the league's total; the quantiles are trees of their own. What a player would have as a regular
has its own column: whoever asks about players known to have played (all published bars do) must not use an expectation
that holds the chance of not playing. A pitcher's outs are his batters faced by his own outs per batter, regressed as
Marcel does: a model of their own is no better. Not here: the columns (`playing_time_inputs`), the learners
(`playing_time_fits`), Marcel's formula (`playing_time`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from fbm_pipeline.baseball.calendar import SHORT_SEASON, preseason
from fbm_pipeline.marcel.constants import FIRST_TARGET
from fbm_pipeline.marcel.playing_time import batters_per_out
from fbm_pipeline.marcel.rates import projectable_seasons
from fbm_pipeline.marcel.season_lines import (
    Histories,
    MarcelError,
    SeasonLines,
    actual_rows,
    histories,
    read_season_lines,
)
from fbm_pipeline.playing_time.fits import QUANTILES, Predictor, fit_expectation, fit_quantiles
from fbm_pipeline.playing_time.inputs import PlayerColumns, playing_time_inputs
from fbm_pipeline.playing_time.role import expected_roles, learn_by_role, learn_starter_chance, roles_after
from fbm_pipeline.playing_time.seasons_of_use import SeasonsOfUse, read_seasons_of_use
from fbm_pipeline.playing_time.tables import PLAYING_TIME
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

MINIMUM_PLAYER_SEASONS = 30  # below this a league is noise; with so few the trees are their mean, the ridge learns
MINIMUM_REGULARS = 100  # under two leaves and a half of the trees below
SEASONS_OF_TOTAL = 3  # latest training targets, which show how much of the league's play falls to projected players

PITCHERS_COLUMNS = ("outs", "outs_p10", "outs_p90", "role", "starter_chance", "role_change")

# Opportunities per scheduled game of a regular: 200 in 162 games, from which on rates are scored.
REGULAR = 200.0 / 162.0


@dataclass(frozen=True)
class Learned:
    """What was learned for one season: functions from inputs to opportunities per scheduled game, and from what."""

    expectation: Predictor  # (n, k) -> (n,)
    if_regular: Predictor | None  # (n, k) -> (n,), None where too few players reached REGULAR
    quantiles: Predictor  # (n, k) -> (n, 3), in order
    starter_chance: Predictor | None  # (n, k) -> (n,), None for batters
    total: float  # opportunities per scheduled game of all projected players together
    seasons: tuple[int, ...]  # target seasons learned from
    n: int


def teachable_seasons(store: Store, settings: Settings) -> set[int]:
    """The preset's seasons that Marcel projects and that a target season before them can teach."""
    preset = settings.preset
    wanted = {*preset.development_seasons, *preset.test_seasons, preset.projection_season}
    played = [int(part["season"]) for part in store.partitions("core.season_lines")]
    return {season for season in wanted & projectable_seasons(store, settings) if training_seasons(played, season)}


def playing_time(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.playing_time` of a season: every player Marcel projects, learned from target seasons before it.

    `opportunities` is the mean, p10, p50 and p90 are quantiles, all in PA or BF of the planned schedule; `if_regular`
    is the mean among those who reach REGULAR, learned from them alone, and null where too few did. Pitchers have outs
    with the same quantiles, and a role (see `playing_time_role`), null for batters. Targets start at FIRST_TARGET or
    the store's second season, without the short one. Raises MarcelError when there is none.
    """
    played = sorted(int(part["season"]) for part in inputs.partitions("core.season_lines"))
    targets = training_seasons(played, season)
    if not targets:
        raise MarcelError(
            f"no season before {season} can teach playing time (core.season_lines hold {played} of them): each needs a "
            f"season before it, {FIRST_TARGET} is the earliest and {SHORT_SEASON} is none. Materialize earlier seasons "
            "of core.season_lines or ask for a later season."
        )
    lines = read_season_lines(inputs, player_type, played[0], season - 1)
    use = read_seasons_of_use(inputs, player_type, played[0], season - 1)
    return playing_time_table(lines, use, season, targets)


def training_seasons(played: list[int], season: int) -> list[int]:
    """Target seasons to learn from for `season`, given the seasons that have lines."""
    return [year for year in played if max(FIRST_TARGET, min(played) + 1) <= year < season and year != SHORT_SEASON]


def playing_time_table(lines: SeasonLines, use: SeasonsOfUse, season: int, targets: list[int]) -> pa.Table:
    """Rows of `features.playing_time` for `season`, from lines and use before it."""
    learned = learn(lines, use, targets)
    players = histories(lines, [season])
    inputs = playing_time_inputs(lines, players, use)
    planned = use.planned(season)
    with threadpool_limits(1):
        expected = to_the_total(learned.expectation(inputs.values), learned.total)
        if_regular = learned.if_regular(inputs.values) if learned.if_regular else None
        quantiles = learned.quantiles(inputs.values)
    columns = {
        "season": players.season,
        "player_type": [lines.player_type] * len(expected),
        "as_of": [preseason(season)] * len(expected),
        "mlbam_id": players.mlbam_id,
        "opportunities": planned * expected,
        **{f"p{round(100 * q)}": planned * quantiles[:, i] for i, q in enumerate(QUANTILES)},
        "if_regular": [None] * len(expected) if if_regular is None else planned * if_regular,
        "trained_from": [learned.seasons[0]] * len(expected),
        "trained_until": [learned.seasons[-1]] * len(expected),
        "n": [learned.n] * len(expected),
    }
    columns |= _pitchers_columns(lines, players, columns, learned, inputs)
    schema = PLAYING_TIME.schema
    arrays = [pa.array(columns[field.name], field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _pitchers_columns(
    lines: SeasonLines, players: Histories, columns: Mapping[str, Any], learned: Learned, inputs: PlayerColumns
) -> dict[str, Any]:
    """Outs with their quantiles and the role; all null for batters."""
    if learned.starter_chance is None:
        return {name: [None] * len(players.season) for name in PITCHERS_COLUMNS}
    per_batter = 1.0 / batters_per_out(lines, players)
    outs = {"outs": columns["opportunities"]} | {f"outs_{name}": columns[name] for name in ("p10", "p90")}
    roles = expected_roles(learned.starter_chance(inputs.values), lines, players)
    return {name: values * per_batter for name, values in outs.items()} | {
        "role": roles.role,
        "starter_chance": roles.starter_chance,
        "role_change": roles.change,
    }


def training_rows(
    lines: SeasonLines, use: SeasonsOfUse, targets: list[int]
) -> tuple[Histories, PlayerColumns, np.ndarray]:
    """Everybody projected for the target seasons, his inputs, and his opportunities per scheduled game: 0 if none.

    Raises MarcelError for a target season without games.
    """
    unplayed = sorted(set(targets) - set(use.scheduled))
    if unplayed:
        raise MarcelError(
            f"core.games hold nothing of {unplayed}, whose lines core.season_lines have: playing time is counted per "
            "game of the schedule. Materialize core.games for them."
        )
    players = histories(lines, targets)
    actual = actual_rows(lines, players)
    opportunities = np.where(actual >= 0, lines.counts["opportunities"][actual], 0.0)
    scheduled = np.array([use.scheduled[int(year)] for year in players.season])
    return players, playing_time_inputs(lines, players, use), opportunities / scheduled


def learn(lines: SeasonLines, use: SeasonsOfUse, targets: list[int]) -> Learned:
    """Fit trees and ridge on the target seasons. Raises MarcelError for fewer than MINIMUM_PLAYER_SEASONS rows."""
    players, inputs, share = training_rows(lines, use, targets)
    if len(share) < MINIMUM_PLAYER_SEASONS:
        raise MarcelError(
            f"{len(share)} {lines.player_type} seasons of {targets[0]}-{targets[-1]} have a season before them; "
            f"playing time needs at least {MINIMUM_PLAYER_SEASONS} to learn from. Materialize more seasons of "
            "core.season_lines."
        )
    regular = share >= REGULAR
    enough = regular.sum() >= MINIMUM_REGULARS
    with threadpool_limits(1):  # one thread adds the same numbers in the same order every time
        starter_chance, expectation = None, None
        if lines.player_type == "pitcher":
            became = roles_after(lines, players)
            starter_chance = learn_starter_chance(became, inputs.values)
            expectation = learn_by_role(became, inputs.values, share, starter_chance)
        expectation = expectation or fit_expectation(inputs.values, share)
        if_regular = fit_expectation(inputs.values[regular], share[regular]) if enough else None
        quantiles = fit_quantiles(inputs.values, share)
    latest = targets[-SEASONS_OF_TOTAL:]
    total = float(share[np.isin(players.season, latest)].sum() / len(latest))
    return Learned(expectation, if_regular, quantiles, starter_chance, total, tuple(targets), len(share))


def to_the_total(expected: np.ndarray, total: float) -> np.ndarray:
    """Scaled to sum to what projected players had in the latest seasons.

    The league's play does not grow with the number of its players: more of them each year share the same innings,
    which lines of earlier years do not show (15 batters faced too many for each pitcher of 2010-2017 without this).
    """
    return expected * (total / expected.sum()) if expected.sum() > 0 else expected
