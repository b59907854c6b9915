"""Each ablation against its reference: r and RMSE with paired intervals by player, and a verdict.

Folds are pooled (season means removed), seeds are averaged: each figure is the mean over seeds, in the sample and in
every draw of players. Holm's adjustment runs over all statistics of both player types of one ablation and universe;
the verdict is on RMSE. Not here: the draws (evaluation.bootstrap), the cells (runner).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.ablations.kept import load_kept
from fbm_pipeline.ablations.plan import Cell, Plan
from fbm_pipeline.ablations.registry import REGISTRY
from fbm_pipeline.ablations.tables import ABLATIONS
from fbm_pipeline.backtest.actuals import load_known_players
from fbm_pipeline.backtest.universes import FULL, tier_of
from fbm_pipeline.evaluation.bootstrap import Difference, difference, resample
from fbm_pipeline.evaluation.families import holm
from fbm_pipeline.evaluation.pairs import tested_columns
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, seasons_label
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store, Written

TABLE = "evaluation.ablations"
_KEY = ["season", "mlbam_id", "statistic"]

AblationRow = dict[str, str | int | float | None]


@dataclass(frozen=True)
class Compared:
    """Rows of evaluation.ablations without `data`, and the ablations that could not be compared, with the reason."""

    rows: list[AblationRow]
    missing: list[str]


@dataclass(frozen=True)
class _Figures:
    """One statistic of one ablation and player type before Holm's adjustment."""

    row: AblationRow
    r: Difference
    rmse: Difference


def compare_plan(store: Store, settings: Settings, plan: Plan, plan_cells: Sequence[Cell]) -> Compared:
    """Compare what is finished of a completed plan; `wanted` are its cells.

    An ablation of which a cell, or a cell of its reference, is not finished is named in `missing`, as is one
    without enough players to score.
    """
    actuals = load_known_players(store, plan.seasons)
    rates: dict[tuple[str, str], pd.DataFrame | None] = {}
    rows, missing = [], []
    for name in plan.ablations:
        reference = REGISTRY[name].reference
        figures: dict[str, list[_Figures]] = {universe: [] for universe in plan.universes}
        for player_type in plan.player_types:
            for arm in (reference, name):
                if (arm, player_type) not in rates:
                    rates[arm, player_type] = _arm_rates(settings, plan_cells, arm, player_type)
            base, new = rates[reference, player_type], rates[name, player_type]
            if base is None or new is None:
                missing.append(f"{name} {player_type}: cells of it or of {reference} are not finished")
                continue
            for universe in plan.universes:
                key: dict[str, str | int] = {
                    "plan": plan.name,
                    "ablation": name,
                    "reference": reference,
                    "player_type": player_type,
                    "universe": universe,
                    "seasons": seasons_label(plan.seasons),
                    "seeds": len(plan.seeds),
                }
                statistics = _statistics(_scored(actuals, player_type, universe), base, new, key)
                if not statistics:
                    fewer = f"fewer than {MIN_PLAYERS} players of {key['seasons']} to score"
                    missing.append(f"{name} {player_type} {universe}: {fewer}")
                figures[universe] += statistics
        rows += [row for universe in plan.universes for row in _judged(figures[universe])]
    return Compared(rows, missing)


def _scored(actuals: pd.DataFrame, player_type: str, universe: str) -> pd.DataFrame:
    """The players of one side of the ball, all of them or those of a tier of history."""
    players = actuals[actuals["player_type"] == player_type]
    return players if universe == FULL else players[tier_of(players["prior_opportunities"]) == universe]


def write_comparison(store: Store, settings: Settings, plan: Plan, rows: Sequence[AblationRow]) -> Written:
    """Put the rows into evaluation.ablations in place of the same plan's of the same kind of data and seasons."""
    schema = ABLATIONS.schema
    fresh = pa.Table.from_pylist([{"data": settings.data_kind, **row} for row in rows], schema=schema)
    parts = [fresh]
    if store.exists(TABLE):
        with session(store, tables=[TABLE]) as connection:
            others = connection.execute(
                f"select * from {TABLE} where not (data = $data and plan = $plan and seasons = $seasons)",
                {"data": settings.data_kind, "plan": plan.name, "seasons": seasons_label(plan.seasons)},
            ).to_arrow_table()
        parts.append(others.select(schema.names).cast(schema))
    return store.write(TABLE, {}, pa.concat_tables(parts))


def _arm_rates(settings: Settings, wanted: Sequence[Cell], arm: str, player_type: str) -> pd.DataFrame | None:
    """Rates of one arm, long with a column per seed; None when one of its cells is not finished."""
    by_seed: dict[int, list[pd.DataFrame]] = {}
    for cell in wanted:
        if (cell.arm, cell.player_type) == (arm, player_type):
            kept = load_kept(settings, cell.key)
            if kept is None:
                return None
            by_seed.setdefault(cell.seed, []).append(kept.rates.assign(season=cell.season))
    columns = [pd.concat(parts).set_index(_KEY)["rate"].rename(str(seed)) for seed, parts in by_seed.items()]
    return pd.concat(columns, axis=1) if columns else None


def _statistics(
    actuals: pd.DataFrame, base: pd.DataFrame, new: pd.DataFrame, key: Mapping[str, str | int]
) -> list[_Figures]:
    """The figures of every statistic that enough players have under both arms and all seeds."""
    both = base.add_prefix("base ").join(new.add_prefix("new "), how="inner").dropna()
    rows = actuals.merge(both.reset_index(), on=_KEY, how="inner")
    figures = []
    for stat in scored_statistics(str(key["player_type"])):
        players = rows[rows["statistic"] == stat].sort_values(["season", "mlbam_id"])
        if len(players) >= MIN_PLAYERS:
            figures.append(_figures(players, stat, list(both.columns), key))
    return figures


def _figures(players: pd.DataFrame, stat: str, columns: list[str], key: Mapping[str, str | int]) -> _Figures:
    sample = resample(
        players[columns].to_numpy(), players["actual"], players["opportunities"], players["season"], players["mlbam_id"]
    )
    is_new = np.array([column.startswith("new ") for column in columns])
    means = {}
    for measure in ("r", "rmse"):
        point, draws = getattr(sample, measure), getattr(sample, f"{measure}_draws")
        means[measure] = [(float(point[which].mean()), draws[:, which].mean(axis=1)) for which in (~is_new, is_new)]
    (r_base, r_base_draws), (r_new, r_new_draws) = means["r"]
    (rmse_base, rmse_base_draws), (rmse_new, rmse_new_draws) = means["rmse"]
    row: AblationRow = {
        **key,
        "stat": stat,
        "n": len(players),
        "players": sample.players,
        "r": _known(r_new),
        "r_reference": _known(r_base),
        "rmse": _known(rmse_new),
        "rmse_reference": _known(rmse_base),
    }
    return _Figures(
        row,
        difference(r_base, r_new, r_base_draws, r_new_draws),
        difference(rmse_base, rmse_new, rmse_base_draws, rmse_new_draws),
    )


def _judged(figures: Sequence[_Figures]) -> list[AblationRow]:
    adjusted_r = holm([item.r.p for item in figures])
    adjusted_rmse = holm([item.rmse.p for item in figures])
    return [
        item.row | tested_columns(item.r, holm_r, item.rmse, holm_rmse)
        for item, holm_r, holm_rmse in zip(figures, adjusted_r, adjusted_rmse, strict=True)
    ]


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
