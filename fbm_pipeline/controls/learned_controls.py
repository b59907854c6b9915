"""The control with a learned block beside its columns: what a description made of pitches adds to what it knows.

A block (features.learned_blocks) describes a player by the games of his seasons. A ridge on Marcel's residual
reads it, walk-forward as every control; its rates are averaged into the control, so that nothing is fitted again that
is there. Not here: how a block is made (samples, training), the rows and the plain columns (marcel), the comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.controls.fits import CONTROL, CONTROL_PENALTY, fit_both
from fbm_pipeline.controls.frame import Frame, read_frame, require_rows
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories, find_rows
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import cutoff_for
from fbm_pipeline.store.tables import Store

TABLE = "features.learned_blocks"
RATES = "features.control_rates"

LEARNED = ("masked", "vectors")  # what training made
PLAIN = ("untrained", "histogram")  # what a learned block has to beat: the same encoder untrained, counts of tokens
BLOCKS = (*LEARNED, *PLAIN)
POSTERIOR = "vectors"  # holds all that came before, drawn to the league by its own prior: used as it is
CONTEXT = "context"  # no block: season lines and role alone, because the mean with any other ridge helps a little
BESIDE, ON_TOP, AVERAGED = "beside", "on_top", "averaged"
READINGS = (BESIDE, ON_TOP)  # what a ridge reads with the block: lines and role, or all of the control's columns
FORMS = (*READINGS, AVERAGED)  # what takes the place of the control's ridge; the control's trees stay

SEASON_WEIGHTS = (1.0, 0.75, 0.5)  # of the seasons one, two and three back, as the aggregates of the control have them
HALF_POINT = 120.0  # plate appearances that weigh as much as the league does

_JOINED = "learned"


@dataclass(frozen=True)
class Arm:
    """A block, or CONTEXT for none, and how it enters the control.

    `beside` averages the control's ridge with one of season lines, role and the block, another view of the same player;
    `on_top` takes in its place one of all of the control's columns and the block; `averaged` the mean of these two new
    ridges. Raises EvaluationError for an unknown word.
    """

    block: str
    form: str = BESIDE

    def __post_init__(self) -> None:
        wrong = []
        if self.block not in (*BLOCKS, CONTEXT):
            wrong.append(f"block {self.block!r} is unknown, expected one of {', '.join((*BLOCKS, CONTEXT))}")
        if self.form not in FORMS:
            wrong.append(f"form {self.form!r} is unknown, expected one of {', '.join(FORMS)}")
        if not wrong and self.block == CONTEXT and self.form != BESIDE:
            wrong.append(f"{CONTEXT} {self.form} would be control_ridge itself, expected the form {BESIDE}")
        if wrong:
            raise EvaluationError("; ".join(wrong) + ". Name a block and a form of these.")

    @property
    def name(self) -> str:
        return self.block if self.form == BESIDE else f"{self.block}_{self.form}"


@dataclass(frozen=True)
class SeasonVectors:
    """One block's rows of one player type, ordered by season and player."""

    season: np.ndarray  # (n,) int64
    mlbam_id: np.ndarray  # (n,) int64
    plate_appearances: np.ndarray  # (n,) float64
    values: np.ndarray  # (n, width) float64


def control_frame(store: Store, player_type: str, season: int) -> Frame:
    """The control's rows for projecting a season, with all of its columns.

    Raises MarcelError as `read_frame` does, and when too few player-seasons can teach.
    """
    frame = read_frame(store, player_type, season, CONTROL)
    require_rows(frame, player_type)
    return frame


def block_rates(
    store: Store, preset: Preset, player_type: str, season: int, block: str, reading: str, frame: Frame | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Ids of the players projected, and (players, S) rates of the ridge that reads the block.

    The block is that of the latest encoder before the season, for the rows that teach as well. `frame` is from
    `control_frame`: reading it takes longer than the fit. Raises EvaluationError for an unknown block or reading and
    as `learned_block` does; SettingsError when every encoder has seen the season.
    """
    if reading not in READINGS:
        raise EvaluationError(f"a ridge has no reading {reading!r}, expected one of {', '.join(READINGS)}")
    Arm(block, reading)
    rows = control_frame(store, player_type, season) if frame is None else frame
    families = ("lines", "context") if reading == BESIDE else CONTROL
    if block != CONTEXT:
        rows = with_block(rows, *learned_block(store, block, cutoff_for(preset, season), player_type, rows))
        families = (*families, _JOINED)
    rates, _ = fit_both(rows, families, CONTROL_PENALTY[player_type], None)
    return rows.players.mlbam_id[rows.projected], rates


def system_rates(
    store: Store,
    preset: Preset,
    player_type: str,
    season: int,
    arm: Arm,
    frame: Frame,
    control: Mapping[str, np.ndarray],
) -> np.ndarray:
    """(players, S) rates of the learned system: the control's trees, and the arm in place of its ridge.

    `control` is from `control_parts`. Raises as `block_rates` does.
    """
    readings = READINGS if arm.form == AVERAGED else (arm.form,)
    ridges = [block_rates(store, preset, player_type, season, arm.block, reading, frame)[1] for reading in readings]
    if arm.form == BESIDE:
        ridges.append(control["control_ridge"])
    return (np.mean(ridges, axis=0) + control["control_trees"]) / 2.0


def learned_block(store: Store, block: str, cutoff: int, player_type: str, frame: Frame) -> tuple[Block, int]:
    """The block's columns for all rows of a frame, and the first season that it covers.

    Raises EvaluationError for a cutoff that is not before the season projected, and for a block without rows before
    it; FileNotFoundError when features.learned_blocks was never written.
    """
    if cutoff >= frame.season:
        raise EvaluationError(
            f"block {block} of cutoff {cutoff} has seen the season {frame.season} that it is to project, expected a "
            f"cutoff of {frame.season - 1} or before. Add an encoder with such a cutoff to the preset."
        )
    vectors = read_vectors(store, block, cutoff, player_type, frame.season)
    values = _latest(vectors, frame.players) if block == POSTERIOR else _pooled(vectors, frame.players)
    names = tuple(f"{block}_{number}" for number in range(values.shape[1]))
    return Block(_JOINED, names, values), int(vectors.season.min())


def with_block(frame: Frame, block: Block, first_season: int) -> Frame:
    """The frame with the block among its columns; rows whose target lies before all that it covers do not teach.

    From them the fit would learn that a player with a vector is like one without.
    """
    weight = np.where(frame.players.season > first_season, frame.weight, 0.0)
    return replace(frame, weight=weight, blocks={**frame.blocks, _JOINED: block})


def read_vectors(store: Store, block: str, cutoff: int, player_type: str, season: int) -> SeasonVectors:
    """The block's rows of seasons before `season`. Raises as `learned_block` does."""
    earlier_rows = (pc.field("block") == block) & (pc.field("cutoff") == cutoff)
    earlier_rows &= (pc.field("player_type") == player_type) & (pc.field("season") < season)
    table = store.delta(TABLE).to_pyarrow_dataset().to_table(filter=earlier_rows)
    if not table.num_rows:
        raise EvaluationError(
            f"{TABLE} holds no {player_type}s of block {block}, cutoff {cutoff}, before {season}; it holds "
            f"{_stored_blocks(store)}. Next: materialize the block of that cutoff."
        )
    table = table.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
    return SeasonVectors(
        table.column("season").to_numpy().astype(np.int64),
        table.column("mlbam_id").to_numpy().astype(np.int64),
        table.column("plate_appearances").to_numpy().astype(np.float64),
        _matrix(table, f"{TABLE} block {block} cutoff {cutoff} {player_type}"),
    )


def control_parts(store: Store, player_type: str, season: int, frame: Frame) -> dict[str, np.ndarray]:
    """(players, S) rates of `control_ridge`, `control_trees` and `control`, row by row as the frame projects.

    Raises EvaluationError when a system or a player is missing; FileNotFoundError when there is no table.
    """
    filters = [("player_type", "=", player_type), ("season", "=", season)]
    rows = store.delta(RATES).to_pyarrow_table(filters=filters).to_pandas()
    ids, rates = frame.players.mlbam_id[frame.projected], {}
    for system in ("control_ridge", "control_trees", "control"):
        wide = rows[rows["system"] == system].pivot(index="mlbam_id", columns="statistic", values="rate")
        rates[system] = wide.reindex(index=ids, columns=list(frame.names)).to_numpy(dtype=np.float64)
        lost = int(np.isnan(rates[system]).any(axis=1).sum())
        if lost:
            raise EvaluationError(
                f"{RATES} of {player_type}s {season} lacks {system} of {lost} of {len(ids)} players projected. Next: "
                f"materialize {RATES} for that season."
            )
    return rates


def _stored_blocks(store: Store) -> str:
    blocks = [f"{part['block']} {part['cutoff']}" for part in store.partitions(TABLE)]
    return ", ".join(blocks) or "nothing"


def _matrix(table: pa.Table, where: str) -> np.ndarray:
    """(n, width) the vectors. Raises EvaluationError for vectors of unlike widths or without a finite number."""
    column = table.column("vector").combine_chunks()
    widths = np.unique(pc.list_value_length(column).to_numpy(zero_copy_only=False)).tolist()
    if len(widths) != 1 or not widths[0]:
        raise EvaluationError(f"{where}: vectors of widths {widths}, expected one width. Next: make the block again.")
    values = column.flatten().to_numpy(zero_copy_only=False).astype(np.float64).reshape(-1, int(widths[0]))
    bad = int((~np.isfinite(values)).any(axis=1).sum())
    if bad:
        raise EvaluationError(f"{where}: {bad} of {len(values)} vectors are not finite. Next: make the block again.")
    return values


def _pooled(vectors: SeasonVectors, players: Histories) -> np.ndarray:
    """(n, width) weighted by plate appearances and by how long ago, drawn to the league; 0 for who has none."""
    above, below = np.zeros((len(players.season), vectors.values.shape[1])), np.zeros(len(players.season))
    for back, weight in zip(range(1, SEASONS_BACK + 1), SEASON_WEIGHTS, strict=True):
        rows = _rows(vectors, players.season - back, players.mlbam_id)
        here = np.where(rows >= 0, weight * vectors.plate_appearances[rows], 0.0)
        above += here[:, None] * vectors.values[rows]
        below += here
    return above / (below + HALF_POINT)[:, None]


def _latest(vectors: SeasonVectors, players: Histories) -> np.ndarray:
    """(n, width) the row of the season before the target; 0 for who has none."""
    rows = _rows(vectors, players.season - 1, players.mlbam_id)
    return np.where((rows >= 0)[:, None], vectors.values[rows], 0.0)


def _rows(vectors: SeasonVectors, season: np.ndarray, mlbam_id: Sequence[int] | np.ndarray) -> np.ndarray:
    return find_rows(vectors.season, vectors.mlbam_id, season, np.asarray(mlbam_id))
