"""Gains of learned blocks: does a learned block make the control better than plain blocks do, on the same players?

Every arm is the control with the block's ridge averaged in. It is compared with the control, and with the same system
whose ridge reads an untrained encoder, plain counts of tokens, or season lines and role alone: r and RMSE with season
means removed, paired intervals by player, Holm over the statistics of both player types.
Not here: the fits (learned_controls).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.actuals import load_known_players
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.learned_controls import (
    BLOCKS,
    CONTEXT,
    FORMS,
    LEARNED,
    Arm,
    control_frame,
    control_parts,
    system_rates,
)
from fbm_pipeline.evaluation.bootstrap import Resampled, difference, resample
from fbm_pipeline.evaluation.families import holm, verdict
from fbm_pipeline.evaluation.level1_sections import TABLE, USEFUL
from fbm_pipeline.evaluation.pairs import difference_of
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, seasons_label
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import cutoff_for
from fbm_pipeline.store.tables import Store

CONTROL = "control"
# The statistics that a choice is made on: those left out follow from these, or are nearly all luck.
MAIN_STATISTICS: Mapping[str, tuple[str, ...]] = {
    "batter": ("so_rate", "bb_rate", "hr_rate", "h_rate", "single_rate", "obp", "iso"),
    "pitcher": ("so_rate", "bb_rate", "hr_rate", "h_rate", "era"),
}
# Rows over all main statistics of both player types have these for their player type and statistic, and one of the
# two measures: the mean change of RMSE in percent, and which arm was chosen. Verdicts are of single statistics.
BOTH, MAIN = "both", "main"
CHANGE, CHOSEN = "d_rmse_percent", "chosen"

UsefulRow = dict[str, str | int | float | None]


@dataclass(frozen=True)
class Scored:
    """One statistic: r and RMSE of all arms side by side, in the sample and in every draw of its players."""

    player_type: str
    stat: str
    n: int  # player-seasons
    sample: Resampled


def learned_gains(
    store: Store,
    preset: Preset,
    data_kind: str,
    seasons: Sequence[int],
    blocks: Sequence[str] = BLOCKS,
    forms: Sequence[str] = FORMS,
    chosen: Arm | None = None,
) -> pa.Table:
    """Rows of evaluation.level1 of all blocks in all forms, the seasons pooled; `chosen` gets a row of its own.

    `cutoff` is of the latest encoder that served one of the seasons. Raises EvaluationError for a block or form that
    is unknown, for a block or a control's rates that are not there, and when too few players are left to score.
    """
    if not seasons:
        raise EvaluationError("gains were asked for no season; name the development or the test seasons")
    arms = [Arm(CONTEXT), *(Arm(block, form) for form in forms for block in blocks)]
    if chosen is not None and chosen not in arms:
        raise EvaluationError(
            f"the chosen arm {chosen.name} is not among {', '.join(arm.name for arm in arms)}: test its form and block"
        )
    scored = score_arms(load_known_players(store, seasons), arm_rates(store, preset, seasons, arms), arms)
    header: UsefulRow = {
        "data": data_kind,
        "section": USEFUL,
        "seasons": seasons_label(seasons),
        "cutoff": max(cutoff_for(preset, season) for season in seasons),
    }
    rows = [{**header, **row} for row in compared(scored, arms)]
    if chosen is not None:
        rows.append({**header, **_over_all(chosen.name, CONTROL, CHOSEN, 1.0, len(scored))})
    return pa.Table.from_pylist(rows, schema=store.contracts[TABLE].schema)


def choose_block(rows: pa.Table, preset: Preset) -> Arm:
    """The learned block and its form with the largest mean gain on the control over the main statistics.

    Raises EvaluationError for rows of other seasons than the preset's development seasons, and without a learned arm.
    """
    useful_rows = rows.to_pandas()
    development = seasons_label(preset.development_seasons)
    other_seasons = sorted(set(useful_rows["seasons"]) - {development})
    if other_seasons:
        raise EvaluationError(
            f"a block is chosen on the development seasons {development} alone, found rows of "
            f"{', '.join(other_seasons)} too"
        )
    learned = {arm.name: arm for arm in (Arm(block, form) for block in LEARNED for form in FORMS)}
    gains = useful_rows[
        (useful_rows["measure"] == CHANGE)
        & (useful_rows["reference"] == CONTROL)
        & useful_rows["arm"].isin(list(learned))
    ]
    if gains.empty:
        raise EvaluationError(
            f"no row of {development} has {CHANGE} of a learned block against {CONTROL}; expected one of "
            f"{', '.join(learned)}. Next: measure gains on the development seasons."
        )
    return learned[str(gains.sort_values(["value", "arm"])["arm"].iloc[0])]


def arm_rates(store: Store, preset: Preset, seasons: Sequence[int], arms: Sequence[Arm]) -> pd.DataFrame:
    """The rates of the control and of every arm, a column each, by season, player_type, mlbam_id and statistic."""
    parts = []
    for player_type in PLAYER_TYPES:
        for season in seasons:
            frame = control_frame(store, player_type, season)
            control = control_parts(store, player_type, season, frame)
            rates = {CONTROL: control[CONTROL]}
            for arm in arms:
                rates[arm.name] = system_rates(store, preset, player_type, season, arm, frame, control)
            ids, names = frame.players.mlbam_id[frame.projected], list(frame.names)
            known = {
                "season": season,
                "player_type": player_type,
                "mlbam_id": np.repeat(ids, len(names)),
                "statistic": names * len(ids),
            }
            parts.append(pd.DataFrame(known | {name: values.ravel() for name, values in rates.items()}))
    return pd.concat(parts, ignore_index=True)


def score_arms(actuals: pd.DataFrame, rates: pd.DataFrame, arms: Sequence[Arm]) -> list[Scored]:
    """r and RMSE of the control, then of every arm, for each statistic that enough players have.

    Raises EvaluationError when there is none.
    """
    columns = [CONTROL, *(arm.name for arm in arms)]
    rows = actuals.merge(rates, on=["season", "player_type", "mlbam_id", "statistic"], how="inner")
    scored = []
    for player_type in PLAYER_TYPES:
        type_rows = rows[rows["player_type"] == player_type]
        for stat in scored_statistics(player_type):
            players = type_rows[type_rows["statistic"] == stat].sort_values(["season", "mlbam_id"])
            if len(players) >= MIN_PLAYERS:
                sample = resample(
                    players[columns].to_numpy(),
                    players["actual"],
                    players["opportunities"],
                    players["season"],
                    players["mlbam_id"],
                )
                scored.append(Scored(player_type, stat, len(players), sample))
    if not scored:
        raise EvaluationError(
            f"{len(rows)} rates are left to score, expected {MIN_PLAYERS} players in one statistic at least. Next: "
            "materialize core.season_lines of these seasons."
        )
    return scored


def compared(scored: Sequence[Scored], arms: Sequence[Arm]) -> list[UsefulRow]:
    """All figures of all arms: their own (the reference is empty), and their differences from each reference."""
    columns = [CONTROL, *(arm.name for arm in arms)]
    rows: list[UsefulRow] = []
    for place, name in enumerate(columns):
        for item in scored:
            for measure in ("rmse", "r"):
                value = float(getattr(item.sample, measure)[place])
                if np.isfinite(value):
                    rows.append(_row(name, "", item.player_type, item.stat, measure, item.n, value))
    for arm in arms:
        for reference in references(arm, columns):
            places = columns.index(reference), columns.index(arm.name)
            rows += _differences(scored, arm.name, reference, *places)
            rows += _summary(scored, arm.name, reference, *places)
    return rows


def references(arm: Arm, columns: Sequence[str]) -> list[str]:
    """What an arm is compared with, of those there: the control, the plain blocks in its form, lines and role."""
    if arm.block == CONTEXT:
        return [CONTROL]
    asked = (CONTROL, Arm("untrained", arm.form).name, Arm("histogram", arm.form).name, CONTEXT)
    return [name for name in asked if name in columns and name != arm.name]


def _differences(scored: Sequence[Scored], name: str, reference: str, base: int, new: int) -> list[UsefulRow]:
    """d_rmse and d_r of every statistic; the verdict is on RMSE."""
    rows = []
    for measure in ("rmse", "r"):
        differences = [difference_of(item.sample, measure, base, new) for item in scored]
        adjusted = holm([item.p for item in differences])
        for item, step, p in zip(scored, differences, adjusted, strict=True):
            if step.value is not None:
                word = verdict(step.value, p) if measure == "rmse" else None
                beside = {"low": step.low, "high": step.high, "holm": p, "verdict": word}
                row = _row(name, reference, item.player_type, item.stat, f"d_{measure}", item.n, step.value)
                rows.append(row | beside)
    return rows


def _summary(scored: Sequence[Scored], name: str, reference: str, base: int, new: int) -> list[UsefulRow]:
    """Percent by which RMSE changes, the mean over the main statistics, in the sample and in each draw.

    The statistics of a player type share their draws of players, so that the mean has an interval of its own.
    """
    main = [item for item in scored if item.stat in MAIN_STATISTICS[item.player_type] and item.sample.rmse[base] > 0]
    if not main:
        return []
    points = [100.0 * (item.sample.rmse[new] / item.sample.rmse[base] - 1.0) for item in main]
    draws = [100.0 * (item.sample.rmse_draws[:, new] / item.sample.rmse_draws[:, base] - 1.0) for item in main]
    means = np.mean(draws, axis=0)
    change = difference(0.0, float(np.mean(points)), np.zeros_like(means), means)
    return [_over_all(name, reference, CHANGE, change.value, len(main)) | {"low": change.low, "high": change.high}]


def _row(arm: str, reference: str, player_type: str, stat: str, measure: str, n: int, value: float | None) -> UsefulRow:
    return {
        "arm": arm,
        "reference": reference,
        "player_type": player_type,
        "stat": stat,
        "measure": measure,
        "n": n,
        "value": value,
    }


def _over_all(arm: str, reference: str, measure: str, value: float | None, statistics: int) -> UsefulRow:
    return _row(arm, reference, BOTH, MAIN, measure, statistics, value)
