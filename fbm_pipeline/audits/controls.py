"""Does a control learn from outcomes, and from whom? Labels permuted, identities shuffled, on a held-out season.

A control is handed in as a function of its rows (`Frame`), so that a faulty one can be handed in too. The season held
out is one of the development seasons: no test season is looked at. Not here: whether its features are dated (future).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls.fits import CONTROL, CONTROL_PENALTY
from fbm_pipeline.controls.frame import Frame, read_frame
from fbm_pipeline.controls.residual_models import fit_ridge
from fbm_pipeline.marcel.season_lines import actual_rows, read_season_lines
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

LABELS = "labels_permuted"
IDENTITIES = "identities_shuffled"
PERMUTATIONS = 10
SCORED_SHARE = 0.25  # of the season's most opportunities that a player must reach to be scored
ENOUGH_SCORED = 150  # players of the held-out season, and
ENOUGH_TAUGHT = 2500  # player-seasons before it: with fewer a control may well have no skill to lose
STANDARD_ERRORS = 4.0
SMALLEST_BOUND = 0.03
SEED = 7

Fit = Callable[[Frame], np.ndarray]  # (players of the season projected, statistics) rates


@dataclass(frozen=True)
class HeldOut:
    """The rows of a control for a season whose outcomes it was not given, and those outcomes.

    `actual` (players projected, statistics), NaN where unknown; `weight` (players projected,), 0 for those not scored.
    """

    player_type: str
    frame: Frame
    actual: np.ndarray
    weight: np.ndarray

    @property
    def is_enough(self) -> bool:
        """Whether there are players enough for a skill to be seen."""
        return int((self.weight > 0).sum()) >= ENOUGH_SCORED and int((self.frame.weight > 0).sum()) >= ENOUGH_TAUGHT


def hold_out(store: Store, player_type: str, season: int) -> HeldOut:
    """The frame of a season's control beside what the season brought. Raises as `read_frame` does."""
    frame = read_frame(store, player_type, season, CONTROL)
    lines = read_season_lines(store, player_type, season, season)
    rows = actual_rows(lines, frame.players.chosen(frame.projected))
    opportunities = np.where(rows >= 0, lines.counts["opportunities"][rows], 0.0)
    actual = np.full((len(rows), len(frame.names)), np.nan)
    for at, statistic in enumerate(statistics(player_type)):
        above, below = lines.totals(statistic)
        known = (rows >= 0) & (below[rows] > 0)
        actual[known, at] = statistic.scale * above[rows][known] / below[rows][known]
    scored = opportunities >= max(SCORED_SHARE * opportunities.max(initial=0.0), 1.0)
    return HeldOut(player_type, frame, actual, np.where(scored, opportunities, 0.0))


def control_ridge(player_type: str) -> Fit:
    """The ridge of the control: the quicker of its two models, on the same rows and columns as the trees."""

    def fit(frame: Frame) -> np.ndarray:
        _, columns = frame.columns(CONTROL)
        rates = frame.prior[frame.projected].copy()
        for at in range(len(frame.names)):
            residual = frame.outcome[:, at] - frame.prior[:, at]
            rows = (frame.weight > 0) & ~np.isnan(residual)
            if rows.any():
                model = fit_ridge(columns[rows], residual[rows], frame.weight[rows], CONTROL_PENALTY[player_type])
                rates[:, at] += model(columns[frame.projected])
        return rates

    return fit


def audit_labels(held_out: HeldOut, fit: Fit, seed: int = SEED) -> CheckResult:
    """Teach with the outcomes of other players of the same season: what is learnt must not help with held-out ones.

    Judged is the mean over statistics of the correlation, within the season, of adjustment and actual residual,
    averaged over PERMUTATIONS; it must lie within STANDARD_ERRORS of its own spread (at least SMALLEST_BOUND) of 0.
    """
    if not held_out.is_enough:
        return _too_few(LABELS, held_out)
    draw = np.random.default_rng(seed)
    skills = np.array([_skill(held_out, fit(_relabelled(held_out.frame, draw))) for _ in range(PERMUTATIONS)])
    mean, error = float(skills.mean()), float(skills.std(ddof=1) / PERMUTATIONS**0.5)
    bound = max(STANDARD_ERRORS * error, SMALLEST_BOUND)
    true = _skill(held_out, fit(held_out.frame))
    summary = (
        f"{held_out.player_type}s {held_out.frame.season}: r of adjustment and residual {mean:+.3f} with permuted "
        f"labels (at most {bound:.3f} expected), {true:+.3f} with the true ones"
    )
    details: dict[str, object] = {"r": mean, "bound": bound, "r_true": true, "permutations": skills.tolist()}
    return CheckResult(LABELS, abs(mean) <= bound, summary, details)


def audit_identities(held_out: HeldOut, fit: Fit, seed: int = SEED) -> CheckResult:
    """Attach the columns of the players projected to others among them: the control's skill must go.

    Judged is the same correlation as by `audit_labels`: with shuffled columns less than half of the true one, and below
    it by STANDARD_ERRORS of what shuffling alone spreads: a control without skill heeds nobody's features.
    """
    if not held_out.is_enough:
        return _too_few(IDENTITIES, held_out)
    draw = np.random.default_rng(seed)
    true = _skill(held_out, fit(held_out.frame))
    skills = np.array([_skill(held_out, fit(_shuffled(held_out.frame, draw))) for _ in range(PERMUTATIONS)])
    mean, spread = float(skills.mean()), float(skills.std(ddof=1))
    passed = mean < true / 2 and true - mean > max(STANDARD_ERRORS * spread, SMALLEST_BOUND)
    summary = (
        f"{held_out.player_type}s {held_out.frame.season}: r of adjustment and residual falls from {true:+.3f} to "
        f"{mean:+.3f} "
        f"with others' features (by {STANDARD_ERRORS * spread:.3f} and to less than half expected)"
    )
    details: dict[str, object] = {"r_true": true, "r": mean, "spread": spread, "shuffles": skills.tolist()}
    return CheckResult(IDENTITIES, passed, summary, details)


def _too_few(name: str, held_out: HeldOut) -> CheckResult:
    scored, taught = int((held_out.weight > 0).sum()), int((held_out.frame.weight > 0).sum())
    summary = (
        f"nothing to audit: {scored} {held_out.player_type}s of {held_out.frame.season} to score and {taught} "
        f"player-seasons to learn from, {ENOUGH_SCORED} and {ENOUGH_TAUGHT} needed"
    )
    return CheckResult(name, True, summary, {"scored": scored, "taught": taught})


def _relabelled(frame: Frame, draw: np.random.Generator) -> Frame:
    """The residuals of those who teach, with their weights, exchanged among the players of each season."""
    residual, weight = frame.outcome - frame.prior, frame.weight.copy()
    source = np.arange(len(weight))
    for season in np.unique(frame.players.season):
        rows = np.flatnonzero((frame.players.season == season) & (weight > 0))
        source[rows] = draw.permutation(rows)
    return replace(frame, outcome=frame.prior + residual[source], weight=weight[source])


def _shuffled(frame: Frame, draw: np.random.Generator) -> Frame:
    """The columns of the players projected exchanged among them; priors, and the rows that teach, stay."""
    source = np.arange(len(frame.weight))
    rows = np.flatnonzero(frame.projected)
    source[rows] = draw.permutation(rows)
    blocks = {name: Block(block.name, block.columns, block.values[source]) for name, block in frame.blocks.items()}
    return replace(frame, blocks=blocks)


def _skill(held_out: HeldOut, rates: np.ndarray) -> float:
    """Mean over statistics of r between adjustment and actual residual, weighted by opportunities; 0 for no spread."""
    prior = held_out.frame.prior[held_out.frame.projected]
    return float(np.mean([_r(held_out, rates[:, at], prior[:, at], at) for at in range(len(held_out.frame.names))]))


def _r(held_out: HeldOut, rate: np.ndarray, prior: np.ndarray, at: int) -> float:
    is_scored = (held_out.weight > 0) & ~np.isnan(held_out.actual[:, at])
    if is_scored.sum() < 3:
        return 0.0
    weight = held_out.weight[is_scored] / held_out.weight[is_scored].sum()
    x, y = (rate - prior)[is_scored], (held_out.actual[:, at] - prior)[is_scored]
    x, y = x - weight @ x, y - weight @ y
    spread = float(np.sqrt((weight @ x**2) * (weight @ y**2)))
    return float(weight @ (x * y)) / spread if spread > 1e-15 else 0.0
