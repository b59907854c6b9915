"""What a network may see, taken away or mixed up: transformations of finished windows, the network itself untouched.

Belongs here: the words of `Network.sequence`, `identity`, `horizons` and `prior`. A player whose window was
empty keeps an empty window under each of them, so that he stays the prior in both arms of a comparison.
Not here: training. The profile of the windows must be standardized already: zero is then the mean player.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.network.player_games import CONTEXT_FIELDS, PlayerGames
from fbm_pipeline.network.priors import SYSTEMS, Priors
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.presets.network import HORIZONS_READ, Network

BLANK_DAYS_AGO = 150  # a blank game's distance from 1 March, about that of the last game of a season
SHRINKAGE = 200  # plate appearances of the league that a window's mean is shrunk by
_AT_ONCE = 50_000  # games whose plate appearances are in memory together


def changed_windows(windows: Windows, network: Network, priors: Priors) -> Windows:
    """The windows as the network sees them. `priors` are of the same samples.

    Random orders are drawn from the network's seed alone: the same windows are changed alike in every call.
    """
    changed = _with_prior(windows, network.prior, priors)
    changed = _with_horizons(changed, network.horizons)
    changed = _with_identity(changed, network.identity, np.random.default_rng([network.seed, 1]))
    return _with_sequence(changed, network.sequence, np.random.default_rng([network.seed, 2]))


def base_rates(priors: Priors, prior: str) -> np.ndarray:
    """What is adjusted: rates (samples, statistics) of Marcel, of classic Marcel or of the league.

    Under `mle` the priors are handed in with the minors in Marcel's place already (minors).
    """
    marcel = priors.rates[:, SYSTEMS.index("marcel")]
    if prior in ("marcel", "mle"):
        return marcel
    if prior == "marcel_classic":
        return priors.rates[:, SYSTEMS.index("marcel_classic")]
    league: np.ndarray = priors.league[:, SYSTEMS.index("marcel")]
    return league


def _with_prior(windows: Windows, prior: str, priors: Priors) -> Windows:
    if prior == "marcel":
        return windows
    heads = [item.head for item in statistics(windows.player_type)]
    system = SYSTEMS.index("marcel_classic" if prior == "marcel_classic" else "marcel")
    rates = base_rates(priors, prior)[:, heads]
    return replace(windows, prior=rates, weight=priors.weights[:, system][:, heads])


def _with_horizons(windows: Windows, kept: Sequence[str]) -> Windows:
    absent = tuple(f"{name}_" for name in HORIZONS_READ if name not in kept)
    if not absent:
        return windows
    columns = [name.startswith(absent) for name in windows.profile_names]
    return replace(windows, profile=np.where(columns, np.float32(0), windows.profile))


def _with_identity(windows: Windows, identity: str, draw: np.random.Generator) -> Windows:
    profile, archetype = windows.profile, windows.archetype
    if identity in ("both", "majors"):  # of the majors alone where the windows were handed in so (minors)
        return windows
    if identity == "shuffled":
        other = _within_seasons(windows.season, draw)
        return replace(windows, profile=profile[other], archetype=archetype[other])
    if identity in ("archetype", "none"):
        profile = np.zeros_like(profile)
    if identity in ("profile", "none"):
        archetype = np.zeros_like(archetype)
    return replace(windows, profile=profile, archetype=archetype)


def _within_seasons(season: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """(samples,) for each sample another one of its season, each taken once."""
    order = np.lexsort((np.arange(len(season)), season))
    mixed = np.lexsort((draw.random(len(season)), season))
    other = np.empty(len(season), np.int64)
    other[order] = mixed
    return other


def _with_sequence(windows: Windows, sequence: str, draw: np.random.Generator) -> Windows:
    if sequence == "games":
        return windows
    if sequence == "empty":
        return replace(windows, end_game=windows.first_game)
    if sequence == "none":
        return _one_game_each(windows, np.zeros((len(windows), windows.embeddings.shape[1]), np.float16))
    if sequence == "window_mean":
        return _one_game_each(windows, _shrunk_means(windows))
    if sequence == "game_mean":
        return _means_of_games(windows)
    return _shuffled_games(windows, draw)


def _one_game_each(windows: Windows, embeddings: np.ndarray) -> Windows:
    """Windows of one game with one plate appearance, all alike but for its embedding (samples, width)."""
    n = len(windows)
    games = PlayerGames(
        mlbam_id=windows.mlbam_id,
        day=(windows.as_of_day - BLANK_DAYS_AGO).astype(np.int32),
        season=(windows.season - 1).astype(np.int16),
        is_home=np.zeros(n, np.uint8),
        is_starter=np.zeros(n, np.uint8),
        first_plate_appearance=np.arange(n + 1, dtype=np.int64),
        embedding_row=np.arange(n, dtype=np.int32),
        context=np.zeros((n, len(CONTEXT_FIELDS)), np.uint8),
        outcome=np.zeros(n, np.uint8),
    )
    first = np.arange(n, dtype=np.int64)
    seen = windows.end_game > windows.first_game
    return replace(windows, games=games, embeddings=embeddings, first_game=first, end_game=first + seen)


def _shrunk_means(windows: Windows) -> np.ndarray:
    """(samples, width) float32: the mean embedding of each window's plate appearances, less that of his season's
    windows, shrunk toward zero by SHRINKAGE plate appearances. Windows hold games before their season only."""
    sums, counts = _sums_of_games(windows)
    before = np.vstack([np.zeros((1, sums.shape[1])), sums.cumsum(axis=0)])  # (games + 1, width)
    tried = np.r_[0, counts.cumsum()]
    total = before[windows.end_game] - before[windows.first_game]
    n = (tried[windows.end_game] - tried[windows.first_game]).astype(np.float64)
    result = np.zeros(total.shape, np.float32)
    for season in np.unique(windows.season):
        rows = windows.season == season
        league = total[rows].sum(axis=0) / max(n[rows].sum(), 1.0)
        result[rows] = (total[rows] - n[rows, None] * league) / (n[rows, None] + SHRINKAGE)
    return result


def _means_of_games(windows: Windows) -> Windows:
    """Every plate appearance of a game is the game's mean, without context: how many there were is still known."""
    sums, counts = _sums_of_games(windows)
    means = (sums / np.maximum(counts, 1)[:, None]).astype(np.float16)
    games = replace(
        windows.games,
        embedding_row=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        context=np.zeros_like(windows.games.context),
        outcome=np.zeros_like(windows.games.outcome),
    )
    return replace(windows, games=games, embeddings=means)


def _sums_of_games(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the embeddings of each game (games, width) float64 and its plate appearances (games,)."""
    bounds = windows.games.first_plate_appearance
    sums = np.zeros((len(bounds) - 1, windows.embeddings.shape[1]))
    for start in range(0, len(sums), _AT_ONCE):
        end = min(start + _AT_ONCE, len(sums))
        rows = windows.games.embedding_row[bounds[start] : bounds[end]]
        sums[start:end] = np.add.reduceat(
            windows.embeddings[rows].astype(np.float64), bounds[start:end] - bounds[start]
        )
    return sums, np.diff(bounds)


def _shuffled_games(windows: Windows, draw: np.random.Generator) -> Windows:
    """The games of a window keep their dates, and what happened in them changes places at random."""
    games, counts = windows.games, windows.end_game - windows.first_game
    sample = np.repeat(np.arange(len(counts)), counts)
    last = counts.cumsum()
    dated = np.repeat(windows.first_game - (last - counts), counts) + np.arange(len(sample))
    shuffled = dated[np.lexsort((draw.random(len(sample)), sample))]
    lengths = games.first_plate_appearance[shuffled + 1] - games.first_plate_appearance[shuffled]
    ends = lengths.cumsum()
    row = np.repeat(games.first_plate_appearance[shuffled] - (ends - lengths), lengths) + np.arange(lengths.sum())
    mixed = PlayerGames(
        mlbam_id=games.mlbam_id[dated],
        day=games.day[dated],
        season=games.season[dated],
        is_home=games.is_home[shuffled],
        is_starter=games.is_starter[shuffled],
        first_plate_appearance=np.r_[0, ends].astype(np.int64),
        embedding_row=games.embedding_row[row],
        context=games.context[row],
        outcome=games.outcome[row],
    )
    return replace(windows, games=mixed, first_game=last - counts, end_game=last)
