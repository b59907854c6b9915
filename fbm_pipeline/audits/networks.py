"""Does a trained network heed whose features it reads, and in which order the games came?

Both are asked on the fold's validation season, which chose the network's epoch: nothing of a test season is looked at.
Not here: training, and what the network is worth (evaluation).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fbm_pipeline.network.player_games import PlayerGames
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

IDENTITIES = "identities_shuffled"
GAME_ORDER = "game_order_permuted"
SAMPLE = 200  # players whose games are put into another order
ENOUGH_PLAYERS = 200  # with fewer who played, likelihood is no evidence about identities
# Change in log odds as a share of the spread of the network's own adjustments. Rounding alone moves float32 results by
# some 1e-6 of it when games are added up in another order; a network that heeds order only a little moves by 1e-3.
SMALLEST_REACTION = {IDENTITIES: 0.05, GAME_ORDER: 1e-4}
SMALLEST_ADJUSTMENT = 1e-5  # spread in log odds below which the network is Marcel
SEED = 5

Reading = tuple[np.ndarray, np.ndarray]  # rates and nats, both (rows, statistics)
Reader = Callable[[Windows, np.ndarray], Reading]


@dataclass(frozen=True)
class OpenFold:
    """A finished network with the windows of its validation season. `gain`: nats a player better than Marcel there."""

    player_type: str
    season: int
    validation_season: int
    windows: Windows
    read: Reader
    gain: float

    @property
    def name(self) -> str:
        """The fold in words."""
        return f"{self.player_type} fold {self.season} on {self.validation_season}"


def open_fold(store: Store, settings: Settings, player_type: str, season: int) -> OpenFold | None:
    """The fold of a test season, or None where it was not trained. Raises UntrainedFoldError for other inputs."""
    from fbm_pipeline.identity.encoding import Standardizer
    from fbm_pipeline.network.fold_training import current_network, fold_folder, load_fold, network_inputs, standardized
    from fbm_pipeline.network.judging import read
    from fbm_pipeline.network.projection import load_network
    from fbm_pipeline.nn.checkpoint import load_checkpoint
    from fbm_pipeline.nn.device import reproducible

    preset, network = settings.preset, settings.preset.network
    if load_checkpoint(fold_folder(settings, player_type, season) / "finished") is None:
        return None
    finished = current_network(store, settings, {"player_type": player_type, "fold": season}).checkpoint
    card = finished.card
    seasons = [int(card["validation_season"])]
    inputs = network_inputs(store, settings, network, player_type, season)
    windows, _ = load_fold(inputs, seasons)
    model = load_network(finished, windows, inputs.settings)
    windows = standardized(windows, Standardizer.from_json(card["standardizer"]))

    def reader(seen: Windows, rows: np.ndarray) -> Reading:
        with reproducible(preset.threads, network.seed, settings.device):
            result = read(model, seen, rows, network.batch, settings.device)
        return result.rate, result.nll

    gain = float(card["marcel_nll"]) - float(card["validation_nll"])
    return OpenFold(player_type, season, seasons[0], windows, reader, gain)


def audit_identities(fold: OpenFold, seed: int = SEED) -> CheckResult:
    """Give every player who played the profile and archetype of another one; his prior and his games stay.

    The rates must change. Where the network beats Marcel and enough players took part, its likelihood must get worse.
    """
    windows = fold.windows
    played = windows.targets.opportunities > 0
    rows = np.flatnonzero(played & (windows.end_game > windows.first_game))
    if len(rows) < 2:
        return CheckResult(
            IDENTITIES, True, f"nothing to audit: {fold.name} holds no two players with games who played"
        )
    rates, nats = fold.read(windows, rows)
    if _spread(windows, rows, rates) < SMALLEST_ADJUSTMENT:
        return CheckResult(IDENTITIES, True, f"nothing to audit: {fold.name} adjusts nobody: it is Marcel")
    source = np.arange(len(windows))
    source[rows] = _exchanged(rows, np.random.default_rng(seed))
    other = replace(windows, profile=windows.profile[source], archetype=windows.archetype[source])
    rates_other, nats_other = fold.read(other, rows)
    reaction = _reaction(windows, rows, rates, rates_other)
    loss = (nats_other - nats).sum(axis=1)
    judged = fold.gain > 0 and len(loss) >= ENOUGH_PLAYERS
    worse, error = float(loss.mean()), float(loss.std(ddof=1) / len(loss) ** 0.5)
    passed = reaction >= SMALLEST_REACTION[IDENTITIES] and (worse > 0 or not judged)
    summary = (
        f"{fold.name}: with others' identities rates move by {reaction:.3f} of the adjustments' spread and likelihood "
        f"is {worse:+.4f} +- {error:.4f} nats a player worse" + ("" if judged else " (not judged: too few, or no gain)")
    )
    details: dict[str, object] = {
        "reaction": reaction,
        "worse": worse,
        "error": error,
        "judged": judged,
        "players": len(loss),
    }
    return CheckResult(IDENTITIES, passed, summary, details)


def audit_game_order(fold: OpenFold, seed: int = SEED) -> CheckResult:
    """Put the games of a sample of windows into another order, each at another's date: the rates must change."""
    windows = fold.windows
    several = np.flatnonzero(windows.end_game - windows.first_game > 1)
    draw = np.random.default_rng(seed)
    rows = np.sort(draw.choice(several, min(SAMPLE, len(several)), replace=False))
    if not len(rows):
        return CheckResult(GAME_ORDER, True, f"nothing to audit: no window of {fold.name} holds two games")
    rates = fold.read(windows, rows)[0]
    if _spread(windows, rows, rates) < SMALLEST_ADJUSTMENT:
        return CheckResult(GAME_ORDER, True, f"nothing to audit: {fold.name} adjusts nobody: it is Marcel")
    order = np.arange(len(windows.games.day))
    for first, end in zip(windows.first_game[rows], windows.end_game[rows], strict=True):
        order[first:end] = first + draw.permutation(end - first)
    reordered = replace(windows, games=reorder_games(windows.games, order))
    reaction = _reaction(windows, rows, rates, fold.read(reordered, rows)[0])
    summary = (
        f"{fold.name}: with the games of {len(rows)} players in another order rates move by {reaction:.5f} of the "
        f"adjustments' spread, at least {SMALLEST_REACTION[GAME_ORDER]} expected"
    )
    details: dict[str, object] = {"reaction": reaction, "players": len(rows)}
    return CheckResult(GAME_ORDER, reaction >= SMALLEST_REACTION[GAME_ORDER], summary, details)


def reorder_games(games: PlayerGames, order: np.ndarray) -> PlayerGames:
    """What happened in game order[i] stands at the place, and so at the date, of game i."""
    first = games.first_plate_appearance
    lengths = np.diff(first)[order]
    starts = np.r_[0, lengths.cumsum()].astype(np.int64)
    rows = np.repeat(first[:-1][order] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        games,
        first_plate_appearance=starts,
        embedding_row=games.embedding_row[rows],
        context=games.context[rows],
        outcome=games.outcome[rows],
        is_home=games.is_home[order],
        is_starter=games.is_starter[order],
    )


def _exchanged(rows: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The same rows in a random cycle, so that nobody keeps his own."""
    cycle = draw.permutation(len(rows))
    source = np.empty(len(rows), np.int64)
    source[cycle] = rows[np.roll(cycle, 1)]
    return source


def _log_odds(rates: np.ndarray) -> np.ndarray:
    clipped = np.clip(rates, 1e-12, 1 - 1e-12)
    return np.log(clipped / (1 - clipped))


def _spread(windows: Windows, rows: np.ndarray, rates: np.ndarray) -> float:
    """Spread of the adjustments among players, the largest of the statistics', in log odds."""
    return float((_log_odds(rates) - _log_odds(windows.prior[rows])).std(axis=0).max())


def _reaction(windows: Windows, rows: np.ndarray, rates: np.ndarray, other: np.ndarray) -> float:
    """Median over players of the largest change of a rate, as a share of the spread of the adjustments."""
    change = np.abs(_log_odds(other) - _log_odds(rates)).max(axis=1)
    return float(np.median(change)) / _spread(windows, rows, rates)
