"""Do embeddings that saw measured pitches or batted balls foretell more than the same without, and than plain rates?

Belongs here: two tests of two arms, as rows of evaluation.level1. Within 2024: April to July foretell August and
September, folds of players. Batted balls: a season foretells the next on top of a control, earlier pairs of seasons
teach. Not here: making the embeddings, which come as arrays, one row a player.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.bootstrap import Difference, Resampled, difference, resample
from fbm_pipeline.evaluation.families import holm, verdict
from fbm_pipeline.evaluation.physics_players import SEASON, Arm, Players, halves_of, taken
from fbm_pipeline.marcel.residual_models import fit_ridge
from fbm_pipeline.store.contracts import CONTRACTS

WITHIN, BATTED_BALLS = "physics_2024", "physics_batted_balls"
STATISTICS = ("so_rate", "bb_rate", "hr_rate", "h_rate")
WITH, WITHOUT, RATES = "with_physics", "without_physics", "rates"  # the two arms, and the rates alone
FOLDS, INNER_FOLDS = 10, 5
PENALTIES = (100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0)  # in players; chosen inside the training players
LEAGUE_PARTS = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0)  # opportunities of league rate added; chosen likewise
LEAST = 50  # opportunities a player needs on the side that foretells

Row = dict[str, str | int | float | None]


Arms = Mapping[str, Mapping[str, Arm]]  # by arm (WITH, WITHOUT), then by player type


def within_season_rows(halves: pa.Table, arms: Arms, *, data: str, cutoff: int, season: int = SEASON) -> pa.Table:
    """Rows of evaluation.level1, section physics_2024: late rates foretold by early ones, with and without embeddings.

    `arms` are made of the early games alone. Players with LEAST early and one late opportunity, in both arms. Raises
    ValueError where an arm is missing or nobody is left.
    """
    tested = []
    for player_type in PLAYER_TYPES:
        own = halves.filter(pc.field("player_type") == player_type)
        for stat in STATISTICS:
            players = halves_of(own, player_type, stat, season)
            tested.append(_tested(players, arms, lag=0, folds=_player_folds, prior=_shrunk))
    return _table(WITHIN, tested, data=data, cutoff=cutoff)


def batted_ball_rows(pairs: Sequence[Players], arms: Arms, *, data: str, cutoff: int) -> pa.Table:
    """Rows of evaluation.level1, section physics_batted_balls: next season's rates on top of what a control foretells.

    `arms` hold mean embeddings of the seasons before the targets. The first target season only teaches. Raises
    ValueError where an arm is missing or nobody is left.
    """
    tested = [_tested(players, arms, lag=1, folds=_later_seasons, prior=_as_it_is) for players in pairs]
    return _table(BATTED_BALLS, tested, data=data, cutoff=cutoff)


@dataclass(frozen=True)
class _Tested:
    players: Players  # those who were scored
    systems: tuple[str, ...]
    figures: Resampled


Folds = Callable[[Players], Iterator[tuple[np.ndarray, np.ndarray]]]  # rows that teach and rows that are foretold
Prior = Callable[[Players, np.ndarray], np.ndarray]  # (n,) rates, any constant of theirs chosen on the teaching rows


def _tested(players: Players, arms: Arms, *, lag: int, folds: Folds, prior: Prior) -> _Tested:
    missing = [arm for arm in (WITH, WITHOUT) if players.player_type not in arms.get(arm, {})]
    if missing:
        raise ValueError(f"no {players.player_type} embeddings of {missing}, expected both arms; embed them first")
    held = {arm: arms[arm][players.player_type] for arm in (WITHOUT, WITH)}
    at = {arm: part.rows(players.season - lag, players.mlbam_id) for arm, part in held.items()}
    enough = (players.known >= LEAST) & (players.opportunities > 0) & np.isfinite(players.actual)
    for arm, rows in at.items():
        enough &= (rows >= 0) & (held[arm].plate_appearances[rows] >= LEAST)
    if not enough.any():
        raise ValueError(
            f"{players.player_type} {players.stat}: none of {len(enough)} players has {LEAST} opportunities and "
            "embeddings of both arms; look at the seasons of the embeddings"
        )
    chosen = taken(players, enough)
    columns = {arm: held[arm].columns()[rows[enough]] for arm, rows in at.items()}
    systems = (RATES, *columns)
    projected = np.full((len(chosen.mlbam_id), len(systems)), np.nan)
    for teaching, foretold in folds(chosen):
        base = prior(chosen, teaching)
        projected[foretold, 0] = base[foretold]
        for place, arm in enumerate(columns, start=1):
            projected[foretold, place] = _foretold(chosen, base, columns[arm], teaching, foretold)
    scored = np.isfinite(projected).all(axis=1)
    players = taken(chosen, scored)
    figures = resample(projected[scored], players.actual, players.opportunities, players.season, players.mlbam_id)
    return _Tested(players, systems, figures)


def _foretold(
    players: Players, base: np.ndarray, columns: np.ndarray, teaching: np.ndarray, foretold: np.ndarray
) -> np.ndarray:  # fmt: skip
    """Rates of `foretold`: base plus a ridge of the residual, its penalty chosen on folds of the teaching players."""
    residual, weights = players.actual - base, players.opportunities
    inner = player_folds(players.mlbam_id[teaching], INNER_FOLDS, "inner")
    losses = np.zeros(len(PENALTIES))
    for fold in range(INNER_FOLDS):
        fit, held = teaching[inner != fold], teaching[inner == fold]
        if not len(fit) or not len(held):
            continue
        for place, penalty in enumerate(PENALTIES):
            found = fit_ridge(columns[fit], residual[fit], weights[fit], penalty)(columns[held])
            losses[place] += float(weights[held] @ (residual[held] - found) ** 2)
    penalty = PENALTIES[int(losses.argmin())]
    return base[foretold] + fit_ridge(columns[teaching], residual[teaching], weights[teaching], penalty)(
        columns[foretold]
    )


def _shrunk(players: Players, teaching: np.ndarray) -> np.ndarray:
    """Known rates drawn to the league's, by the constant that is best for the teaching players."""
    league = float(players.known[teaching] @ players.rate[teaching] / players.known[teaching].sum())
    w, truth = players.opportunities[teaching], players.actual[teaching]
    best: tuple[float, np.ndarray] | None = None
    for k in LEAGUE_PARTS:
        rates = (players.known * players.rate + k * league) / (players.known + k)
        error = rates[teaching] - truth
        loss = float(w @ (error - w @ error / w.sum()) ** 2)  # the league's move between the halves is nobody's
        if best is None or loss < best[0]:
            best = loss, rates
    if best is None:
        raise ValueError("LEAGUE_PARTS is empty; name at least one constant")
    return best[1]


def _as_it_is(players: Players, teaching: np.ndarray) -> np.ndarray:
    del teaching  # a control was fitted elsewhere, on earlier seasons
    return players.rate


def player_folds(mlbam_id: np.ndarray, folds: int, salt: str = "outer") -> np.ndarray:
    """(n,) fold of each player by a hash of his id."""
    digests = [hashlib.sha256(f"{salt} {int(player)}".encode()).digest() for player in mlbam_id]
    return np.array([int.from_bytes(digest[:4], "big") % folds for digest in digests], int)


def _player_folds(players: Players) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    of = player_folds(players.mlbam_id, FOLDS)
    for fold in range(FOLDS):
        teaching, foretold = np.flatnonzero(of != fold), np.flatnonzero(of == fold)
        if len(teaching) and len(foretold):
            yield teaching, foretold


def _later_seasons(players: Players) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for season in np.unique(players.season)[1:]:
        yield np.flatnonzero(players.season < season), np.flatnonzero(players.season == season)


def _table(section: str, tested: Sequence[_Tested], *, data: str, cutoff: int) -> pa.Table:
    """Figures of every system, and differences of every pair; Holm over all statistics of one pair and measure."""
    rows: list[Row] = []
    for one in tested:
        for place, system in enumerate(one.systems):
            for measure, values in (("r", one.figures.r), ("rmse", one.figures.rmse)):
                rows.append(_row(section, one, data, cutoff, system, "none", measure, float(values[place])))
    for new, base in ((WITH, WITHOUT), (WITH, RATES), (WITHOUT, RATES)):
        for measure in ("r", "rmse"):
            found = [_difference(one, base, new, measure) for one in tested]
            adjusted = holm([step.p for step in found])
            for one, step, p in zip(tested, found, adjusted, strict=True):
                if step.value is None:
                    continue
                row = _row(section, one, data, cutoff, new, base, f"d_{measure}", step.value)
                said = verdict(step.value, p) if measure == "rmse" else None  # verdicts are about RMSE, as in pairs
                rows.append(row | {"low": step.low, "high": step.high, "holm": p, "verdict": said})
    known = [row for row in rows if np.isfinite(float(row["value"] or 0.0))]
    return pa.Table.from_pylist(known, CONTRACTS["evaluation.level1"].schema)


def _difference(one: _Tested, base: str, new: str, measure: str) -> Difference:
    values, draws = (getattr(one.figures, name) for name in (measure, f"{measure}_draws"))
    old, now = one.systems.index(base), one.systems.index(new)
    return difference(float(values[old]), float(values[now]), draws[:, old], draws[:, now])


def _row(
    section: str, one: _Tested, data: str, cutoff: int, arm: str, reference: str, measure: str, value: float
) -> Row:  # fmt: skip
    seasons = np.unique(one.players.season)
    label = f"{seasons[0]}" if len(seasons) == 1 else f"{seasons[0]}-{seasons[-1]}"
    return {
        "data": data, "section": section, "cutoff": cutoff, "arm": arm, "reference": reference, "seasons": label,
        "player_type": one.players.player_type, "stat": one.players.stat, "measure": measure,
        "n": len(one.players.mlbam_id), "value": value, "low": None, "high": None, "holm": None, "verdict": None,
    }  # fmt: skip
