"""Two systems against each other: differences in r and RMSE with intervals, and verdicts over a family of statistics.

A family is all statistics of one kind, both player types together, for one pair, universe and set of seasons. r and
RMSE are families of their own. Not here: the draws (bootstrap), Holm (families), which pairs (comparisons).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.backtest import BACKTEST, backtest_seasons, load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import DEBUTS, TOP_300, complete_seasons, eligible, shared
from fbm_pipeline.evaluation.bootstrap import Difference, Resampled, difference, resample
from fbm_pipeline.evaluation.comparisons import REGISTERED, Comparison
from fbm_pipeline.evaluation.families import holm, verdict
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, compared_systems, seasons_label, universes_of
from fbm_pipeline.evaluation.sheets import KINDS, RATE, Sheet, sheets
from fbm_pipeline.evaluation.tables import PAIRS as PAIRS_TABLE
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

PAIRS = "evaluation.pairs"

PairRow = dict[str, str | int | float | None]


@dataclass(frozen=True)
class _Tested:
    """One statistic of a family: who was compared, and the differences in r and RMSE of every pair."""

    key: PairRow
    pairs: tuple[tuple[str, str], ...]  # base and new
    r: tuple[Difference, ...]
    rmse: tuple[Difference, ...]


def pairs(inputs: Inputs) -> pa.Table:
    """Rows of evaluation.pairs of the registered comparisons, over development and over test seasons.

    Raises EvaluationError when no season has been backtested.
    """
    settings = inputs.settings
    backtest = load_backtest(inputs, backtested_seasons(inputs, settings))
    groups = [
        (comparison, seasons) for comparison in REGISTERED.values() for seasons in season_groups(comparison, settings)
    ]
    rows = [{"data": settings.data_kind, **row} for row in pair_rows(sheets(backtest), groups)]
    return pa.Table.from_pylist(rows, schema=PAIRS_TABLE.schema)


def backtested_seasons(store: Store, preset: Preset) -> list[int]:
    """The development and test seasons that evaluation.backtest holds. Raises EvaluationError when it has none."""
    seasons = backtest_seasons(store, preset)
    if not seasons:
        raise EvaluationError(
            f"{BACKTEST} holds none of the seasons {preset.development_seasons + preset.test_seasons} of the preset. "
            f"Next: materialize {BACKTEST} for them."
        )
    return seasons


def season_groups(comparison: Comparison, preset: Preset) -> list[tuple[int, ...]]:
    """The seasons that are pooled: a comparison's own, else the development seasons and the test seasons."""
    if comparison.seasons is not None:
        return [comparison.seasons]
    return [preset.development_seasons, preset.test_seasons]


def pair_rows(backtest_sheets: Iterable[Sheet], groups: Sequence[tuple[Comparison, Sequence[int]]]) -> list[PairRow]:
    """Rows of evaluation.pairs without `data` of every comparison wanted, its seasons pooled.

    The players are those whom every system of the comparison projects, as in its scores; cells with fewer than 20
    player-seasons have no row. `backtest_sheets` are taken one by one.
    """
    families: dict[tuple[int, str, str], list[_Tested]] = {}
    for sheet in backtest_sheets:
        players = _Players(sheet)
        for place, (comparison, seasons) in enumerate(groups):
            for universe in tested_universes(comparison, sheet.kind):
                family_member = _test(sheet, players.of(universe, seasons), comparison, universe)
                if family_member is not None:
                    families.setdefault((place, universe, sheet.kind), []).append(family_member)
    ordered = sorted(families.items(), key=lambda item: (item[0][0], KINDS.index(item[0][2])))
    return [row for (place, _, _), family in ordered for row in _rows(groups[place][0], family)]


def tested_universes(comparison: Comparison, kind: str) -> list[str]:
    """Where a kind is scored, less the regulars (the gate's), and less debuts, few and unknown to most systems, but
    for a comparison that is about them.
    """
    untested = (TOP_300,) if DEBUTS in comparison.shown else (DEBUTS, TOP_300)
    return [name for name in universes_of(comparison, kind) if name not in untested]


class _Players:
    """The eligible players of one statistic: many comparisons ask for the same."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._eligible: dict[tuple[str, tuple[int, ...]], pd.DataFrame] = {}

    def of(self, universe: str, seasons: Sequence[int]) -> pd.DataFrame:
        key = (universe, tuple(seasons))
        if key not in self._eligible:
            wide = self._sheet.wide
            self._eligible[key] = eligible(wide[wide["season"].isin(list(seasons))], universe)
        return self._eligible[key]


def _test(sheet: Sheet, eligible_players: pd.DataFrame, comparison: Comparison, universe: str) -> _Tested | None:
    """The differences of one statistic; None where too few players are shared or no pair is asked for."""
    systems = compared_systems(comparison, universe, eligible_players)
    tested = [pair for pair in comparison.tested if set(pair) <= set(systems)]
    if not tested:
        return None
    complete = complete_seasons(eligible_players, systems)
    players = shared(eligible_players[eligible_players["season"].isin(complete)], systems)
    if len(players) < MIN_PLAYERS:
        return None
    weights = players["opportunities"] if sheet.kind == RATE else np.ones(len(players))
    tested_systems = sorted({name for pair in tested for name in pair}, key=systems.index)
    sample = resample(players[tested_systems], players["actual"], weights, players["season"], players["mlbam_id"])
    key: PairRow = {
        "comparison": comparison.name,
        "universe": universe,
        "seasons": seasons_label(complete),
        "player_type": sheet.player_type,
        "kind": sheet.kind,
        "stat": sheet.stat,
        "n": len(players),
        "players": sample.players,
    }
    places = [(tested_systems.index(base), tested_systems.index(new)) for base, new in tested]
    return _Tested(
        key,
        tuple(tested),
        tuple(difference_of(sample, "r", *pair) for pair in places),
        tuple(difference_of(sample, "rmse", *pair) for pair in places),
    )


def _rows(comparison: Comparison, family: Sequence[_Tested]) -> list[PairRow]:
    """All pairs of a family of statistics, Holm's adjustment across the statistics of each pair."""
    rows: list[PairRow] = []
    for base, new in comparison.tested:
        members = [(item, item.pairs.index((base, new))) for item in family if (base, new) in item.pairs]
        if not members:
            continue
        holm_r = holm([item.r[place].p for item, place in members])
        holm_rmse = holm([item.rmse[place].p for item, place in members])
        for (item, place), adjusted_r, adjusted_rmse in zip(members, holm_r, holm_rmse, strict=True):
            figures = tested_columns(item.r[place], adjusted_r, item.rmse[place], adjusted_rmse)
            rows.append({**item.key, "base": base, "new": new, **figures})
    return rows


def difference_of(sample: Resampled, measure: str, base: int, new: int) -> Difference:
    """The difference in `r` or `rmse` of two systems by their place in the sample."""
    point, draws = getattr(sample, measure), getattr(sample, f"{measure}_draws")
    return difference(float(point[base]), float(point[new]), draws[:, base], draws[:, new])


def tested_columns(r: Difference, holm_r: float | None, rmse: Difference, holm_rmse: float | None) -> PairRow:
    """The columns of a paired difference with its adjusted p values and its verdict, as evaluation.pairs has them."""
    columns: PairRow = {}
    for measure, step, adjusted in (("r", r, holm_r), ("rmse", rmse, holm_rmse)):
        columns |= {f"d_{measure}": step.value, f"d_{measure}_low": step.low, f"d_{measure}_high": step.high}
        columns[f"holm_{measure}"] = adjusted
    return columns | {"verdict": verdict(rmse.value, holm_rmse)}
