"""Windows: for every player and preseason date his last games, as slices of one table of games, nothing copied.

A window holds games before its as-of date only. Ragged storage: samples point at a range of games, games at a range
of plate appearances, plate appearances at a row of the embedding matrix. Targets are what really happened on or after
the as-of date: successes and trials per horizon and statistic. Not here: tensors (batches), the loss, rates.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import FIRST_SEASON, preseason
from fbm_pipeline.baseball.statistics import Statistic, head_statistics
from fbm_pipeline.identity.encoding import profile_features
from fbm_pipeline.network.plate_appearances import Pitches, Source
from fbm_pipeline.network.player_games import PlayerGames, load_player_games
from fbm_pipeline.network.priors import Priors, load_priors
from fbm_pipeline.presets.network import Network, window_games
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store

HISTORY_SEASONS = 3  # a window reaches back as far as the prior does
TARGET_HORIZONS = ("next_games", "next_season")
MAIN_HORIZON = TARGET_HORIZONS.index("next_season")
NEXT_GAMES = 5
OUTCOMES = ("core.games", "core.player_games", "core.season_lines")  # what targets are made of
STATEMENTS = ("network/next_games", "network/next_season")  # by horizon


@dataclass(frozen=True)
class Targets:
    """`successes` and `trials` (samples, horizons, statistics) int32; no trials where the count is not known.

    `opportunities` (samples,) int32: PA or BF of the target season, 0 for those who did not play.
    """

    successes: np.ndarray
    trials: np.ndarray
    opportunities: np.ndarray


@dataclass(frozen=True)
class Windows:
    """Samples of one player type, sorted by (season, player); `season` is the target season, as_of its 1 March.

    `first_game`, `end_game` (samples,): the window is games[first_game:end_game], oldest first, possibly empty.
    `profile` (samples, features) float32 as `profile_names` say, not standardized; `archetype` (samples,) from 0;
    `prior`, `weight` (samples, heads) float64.
    """

    player_type: str
    season: np.ndarray
    mlbam_id: np.ndarray
    as_of_day: np.ndarray
    first_game: np.ndarray
    end_game: np.ndarray
    profile: np.ndarray
    profile_names: tuple[str, ...]
    archetype: np.ndarray
    prior: np.ndarray
    weight: np.ndarray
    targets: Targets
    games: PlayerGames
    embeddings: np.ndarray
    encoder: str
    pitches: Pitches | None = None  # where Level 1 is trained: it then encodes what stands in the embeddings' rows

    def __len__(self) -> int:
        return len(self.season)


def history_seasons(seasons: Iterable[int]) -> list[int]:
    """The seasons whose games may stand in the windows of the target seasons."""
    reached = {season - back for season in seasons for back in range(1, HISTORY_SEASONS + 1)}
    return sorted(season for season in reached if season >= FIRST_SEASON)


def stored_history(store: Store, seasons: Iterable[int]) -> list[int]:
    """The seasons that windows of these targets reach and that the store holds plate appearances of."""
    stored = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    return [season for season in history_seasons(seasons) if season in stored]


def load_windows(
    store: Store,
    player_type: str,
    seasons: Sequence[int],
    network: Network,
    source: Source,
    *,
    outcomes: bool = True,
) -> Windows:
    """The windows of every player with a preseason Marcel rate in one of the target seasons.

    Without `outcomes` nothing was tried in any target: a projection sees none.

    `source` must cover stored_history(store, seasons). Raises MissingJoinError, with a count, where a player has no
    profile or archetype, or a plate appearance no embedding or game.
    """
    priors = load_priors(store, player_type, seasons)
    profile, names = load_profiles(store, priors)
    games = load_player_games(store, player_type, stored_history(store, seasons), source.embeddings)
    as_of_day = np.array([day_number(preseason(int(season))) for season in priors.season], np.int32)
    first, end = window_bounds(games, priors, as_of_day, window_games(network, player_type))
    return Windows(
        player_type=player_type,
        season=priors.season,
        mlbam_id=priors.mlbam_id,
        as_of_day=as_of_day,
        first_game=first,
        end_game=end,
        profile=profile,
        profile_names=names,
        archetype=load_archetypes(store, priors),
        prior=priors.head(priors.rates),
        weight=priors.head(priors.weights),
        targets=load_targets(store, priors) if outcomes else no_targets(priors),
        games=games,
        embeddings=source.embeddings.matrix,
        encoder=source.embeddings.encoder,
        pitches=source.pitches,
    )


def window_bounds(
    games: PlayerGames, priors: Priors, as_of_day: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """The range of games of each sample: the last `most` before as_of, none older than HISTORY_SEASONS."""
    key = games.mlbam_id.astype(np.int64) << 32 | games.day
    player = priors.mlbam_id.astype(np.int64) << 32
    oldest = [day_number(dt.date(max(int(s) - HISTORY_SEASONS, FIRST_SEASON), 1, 1)) for s in priors.season]
    start = np.searchsorted(key, player | np.array(oldest, np.int64), side="left")
    end = np.searchsorted(key, player | as_of_day, side="left")
    return np.maximum(start, end - most).astype(np.int64), end.astype(np.int64)


def load_profiles(store: Store, priors: Priors) -> tuple[np.ndarray, tuple[str, ...]]:
    """The profile features of every sample (samples, features) and their names.

    The prior itself belongs to them: its rates as logits and its opportunities as a logarithm.
    """
    with session(store, tables=("features.stat_profiles",), sample_keys=priors.keys) as connection:
        table = query(connection, "network/stat_profiles", {"player_type": priors.player_type})
    _require_partners("features.stat_profiles", table, "age", priors)
    matrix, names = profile_features(table.drop_columns(["sample"]))
    rates = np.clip(priors.head(priors.rates), 1e-6, 1 - 1e-6)
    of_prior = np.column_stack([np.log(rates / (1 - rates)), np.log1p(priors.opportunities)]).astype(np.float32)
    prior_names = [f"prior_{item.name}" for item in head_statistics(priors.player_type)] + ["prior_opportunities"]
    return np.hstack([matrix, of_prior]), (*names, *prior_names)


def load_archetypes(store: Store, priors: Priors) -> np.ndarray:
    """The archetype of every sample, int64 from 0."""
    with session(store, tables=("features.archetypes",), sample_keys=priors.keys) as connection:
        table = query(connection, "network/archetypes", {"player_type": priors.player_type})
    _require_partners("features.archetypes", table, "archetype", priors)
    return table.column("archetype").to_numpy().astype(np.int64)


def day_number(date: dt.date) -> int:
    """Days since 1 January 1970."""
    return (date - dt.date(1970, 1, 1)).days


def _require_partners(name: str, table: pa.Table, column: str, priors: Priors) -> None:
    missing = ~table.column(column).is_valid().to_numpy()
    if missing.any():
        first = int(np.argmax(missing))
        raise MissingJoinError(
            name,
            int(missing.sum()),
            len(missing),
            f"{priors.player_type} {priors.mlbam_id[first]} as of 1 March {priors.season[first]}",
            f"Every player with a Marcel rate needs a row; materialize {name} for that season.",
        )


def no_targets(priors: Priors) -> Targets:
    """Targets without a trial."""
    shape = (len(priors.season), len(TARGET_HORIZONS), len(head_statistics(priors.player_type)))
    return Targets(np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(shape[0], np.int32))


def load_targets(store: Store, priors: Priors) -> Targets:
    """The targets of every sample. Players without a line or a game get no trials, and so no part in a loss."""
    heads, targets = head_statistics(priors.player_type), no_targets(priors)
    seasons = [int(season) for season in np.unique(priors.season)]
    parameters: dict[str, object] = {"player_type": priors.player_type, "seasons": seasons}
    with session(store, tables=OUTCOMES) as connection:
        for horizon, (name, target) in enumerate(zip(TARGET_HORIZONS, STATEMENTS, strict=True)):
            extra: dict[str, object] = {"games": NEXT_GAMES} if name == "next_games" else {}
            table = query(connection, target, parameters | extra)
            row, has_row = _rows_of(table, priors)
            for column, statistic in enumerate(heads):
                hits, tries = statistic_counts(statistic, table)
                targets.successes[has_row, horizon, column] = hits[row[has_row]]
                targets.trials[has_row, horizon, column] = tries[row[has_row]]
            if horizon == MAIN_HORIZON:
                targets.opportunities[has_row] = _counts(table, "opportunities")[0][row[has_row]]
    return targets


def statistic_counts(statistic: Statistic, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Successes and trials of a head statistic in every row; both 0 where one of its counts is null."""
    known = np.ones(table.num_rows, bool)
    sums = []
    for parts in (statistic.numerator, statistic.denominator):
        total = np.zeros(table.num_rows, np.int64)
        for name, factor in parts:
            values, present = _counts(table, name)
            total += int(factor) * values
            known &= present
        sums.append(total)
    return np.where(known, sums[0], 0), np.where(known, sums[1], 0)


def _counts(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    column = table.column(name)
    present = column.is_valid().to_numpy()
    return column.cast(pa.int64()).fill_null(0).to_numpy(), present


def _rows_of(table: pa.Table, priors: Priors) -> tuple[np.ndarray, np.ndarray]:
    """For each sample its row in the table, and whether it has one."""
    key = table.column("season").to_numpy().astype(np.int64) << 32 | table.column("mlbam_id").to_numpy()
    wanted = priors.season.astype(np.int64) << 32 | priors.mlbam_id
    if not len(key):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    order = np.argsort(key, kind="stable")
    place = np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)
    row = order[place]
    return row, key[row] == wanted
