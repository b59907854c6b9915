"""How far back a profile looks, from each as-of date of a season, and what a player did within each horizon.

Not here: rates. Counts stay integers until `profiles` divides them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.calendar import FIRST_SEASON, midseason, preseason
from fbm_pipeline.baseball.statistics import COUNTS, Statistic
from fbm_pipeline.identity.tables import HORIZONS
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, is_pitcher_batting
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

COUNTS_STATEMENT = "features/horizon_counts"
PLAYERS_STATEMENT = "features/profiled_players"

ONE_YEAR = dt.timedelta(days=365)
THIRTY_DAYS = dt.timedelta(days=30)

_INTEGERS = (*COUNTS, "opportunities", "er", "er_opportunities", "games", "games_started")


class ProfileError(ValueError):
    """Profiles that cannot be made; the message says which players or table, and what to do."""


@dataclass(frozen=True)
class HorizonCounts:
    """What n players did before one as-of date; the horizons are HORIZONS, longest first."""

    player_type: str
    season: int
    as_of: dt.date
    mlbam_id: np.ndarray  # (n,) int64, ascending
    birth_date: list[dt.date | None]
    bats: list[str]
    throws: list[str]
    counts: Mapping[str, np.ndarray]  # (n, 4) int64 each, zero outside
    last_game: np.ndarray  # (n,) datetime64[D], NaT for a player whose games are not in the tables

    def totals(self, statistic: Statistic) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator, both (n, 4); earned runs over the opportunities they are known in."""
        numerator = sum(weight * self.counts[name] for name, weight in statistic.numerator)
        known = any(name == "er" for name, _ in statistic.numerator)
        denominator = sum(
            weight * self.counts["er_opportunities" if known and name == "opportunities" else name]
            for name, weight in statistic.denominator
        )
        return np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)


def horizon_starts(season: int, as_of: dt.date) -> dict[str, dt.date]:
    """The first date of each horizon, inclusive; all end the day before `as_of`.

    `career` begins with the first season of plays (FIRST_SEASON), not with a player's debut. `three_year` holds the
    three seasons before `season` and of `season` itself what lies before `as_of`.
    """
    return {
        "career": dt.date(FIRST_SEASON, 1, 1),
        "three_year": dt.date(season - SEASONS_BACK, 1, 1),
        "one_year": as_of - ONE_YEAR,
        "thirty_day": as_of - THIRTY_DAYS,
    }


def as_of_dates(store: Store, season: int) -> list[dt.date]:
    """Preseason, and midseason where the season has games before that date: a projection for it may be asked then."""
    middle = midseason(season)
    months = [part for part in store.partitions("core.player_games") if part["season"] == season]
    begun = any(int(part["month"]) < middle.month for part in months)
    return [preseason(season), middle] if begun else [preseason(season)]


def read_horizons(store: Store, player_type: str, season: int, dates: Sequence[dt.date]) -> list[HorizonCounts]:
    """The counts of every player to be profiled, one HorizonCounts per as-of date.

    Players: any game or official line of the type in the three seasons before, or this season before as_of; pitchers
    who bat are left out as in Marcel. Raises ProfileError when a player is not in core.players.
    """
    for name in ("core.player_games", "core.season_lines", "core.players"):
        store.delta(name)
    horizons = [
        {"as_of": as_of, "horizon": horizon, "starts_on": start}
        for as_of in dates
        for horizon, start in horizon_starts(season, as_of).items()
    ]
    until = {"player_type": player_type, "season": season, "until": max(dates)}
    relations = {
        "horizons": pa.Table.from_pylist(horizons),
        "as_of_dates": pa.table({"as_of": pa.array(dates, pa.date32())}),
    }
    with session(store, **relations) as connection:
        counts = query(connection, COUNTS_STATEMENT, until)
        players = query(connection, PLAYERS_STATEMENT, {**until, "seasons_back": SEASONS_BACK})
    return [_horizon_counts(player_type, season, as_of, players, counts) for as_of in dates]


def _horizon_counts(
    player_type: str, season: int, as_of: dt.date, players: pa.Table, counts: pa.Table
) -> HorizonCounts:
    players = players.filter(pc.equal(players.column("as_of"), as_of))
    opportunities = players.column("opportunities").to_numpy()
    other_opportunities = players.column("other_opportunities").to_numpy()
    players = players.filter(pa.array(~is_pitcher_batting(player_type, opportunities, other_opportunities)))
    _require_known(players, as_of)
    ids = players.column("mlbam_id").to_numpy().astype(np.int64)
    counts = counts.filter(pc.equal(counts.column("as_of"), as_of))
    table, last_game = _spread(counts, ids)
    return HorizonCounts(
        player_type,
        season,
        as_of,
        ids,
        players.column("birth_date").to_pylist(),
        pc.fill_null(players.column("bats"), "U").to_pylist(),
        pc.fill_null(players.column("throws"), "U").to_pylist(),
        table,
        last_game,
    )


def _require_known(players: pa.Table, as_of: dt.date) -> None:
    unknown = players.filter(pc.invert(players.column("is_known"))).column("mlbam_id").to_pylist()
    if unknown:
        raise ProfileError(
            f"{len(unknown)} players with games before {as_of} are not in core.players, such as {unknown[:5]}; "
            "expected every player of core.player_games and core.season_lines there. Rebuild core.players from a "
            "register that holds them."
        )


def _spread(counts: pa.Table, ids: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Rows per (player, horizon) to arrays of (player, horizon); players outside `ids` fall away."""
    player = counts.column("mlbam_id").to_numpy().astype(np.int64)
    horizon = np.array([HORIZONS.index(name) for name in counts.column("horizon").to_pylist()], dtype=np.int64)
    wanted = np.isin(player, ids)
    at = (np.searchsorted(ids, player[wanted]), horizon[wanted])
    spread = {}
    for name in _INTEGERS:
        spread[name] = np.zeros((len(ids), len(HORIZONS)), dtype=np.int64)
        spread[name][at] = counts.column(name).to_numpy()[wanted]
    last_game = np.full((len(ids), len(HORIZONS)), "NaT", dtype="datetime64[D]")
    last_game[at] = counts.column("last_game").to_numpy().astype("datetime64[D]")[wanted]
    return spread, last_game[:, HORIZONS.index("career")]
