"""Careers: rosters, retirements, trades, call-ups, and the minor-league pool that debutants come from.

Belongs here: who is where in a season. Not here: games.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.clubs import Club
from fbm_pipeline.simulated_league.names import Registrar
from fbm_pipeline.simulated_league.players import Player, draw_player

POSITIONS = ("C", "1B", "2B", "3B", "SS", "LF", "CF", "RF", "DH")
BENCH = ("C", "2B", "CF", "1B")
HITTERS = len(POSITIONS) + len(BENCH)
STARTERS = 5
PITCHERS = STARTERS + 8
_POOL_PER_CLUB = 7


@dataclass
class Roster:
    """A club's players, by slot: nine regulars then four reserves; five starters then eight relievers."""

    hitters: list[Player]
    pitchers: list[Player]

    def copy(self) -> "Roster":
        return Roster(list(self.hitters), list(self.pitchers))


@dataclass
class League:
    """All players of all times, the rosters as they stand, and the minor-league pool."""

    clubs: Sequence[Club]
    registrar: Registrar
    everyone: list[Player] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    prospects: list[Player] = field(default_factory=list)

    def enrol(self, rng: np.random.Generator, season: int, age: float, is_pitcher: bool) -> Player:
        player = draw_player(self.registrar, rng, season=season, age=age, is_pitcher=is_pitcher)
        self.everyone.append(player)
        return player


def found_league(clubs: Sequence[Club], season: int, rng: np.random.Generator) -> League:
    """The league in the winter before its first season: veterans on rosters and a full minor-league pool."""
    league = League(clubs, Registrar(rng))
    for _ in clubs:
        hitters = [_veteran(league, rng, season, is_pitcher=False) for _ in range(HITTERS)]
        pitchers = [_veteran(league, rng, season, is_pitcher=True) for _ in range(PITCHERS)]
        league.rosters.append(_ordered(Roster(hitters, pitchers), season))
    _refill_pool(league, season, rng, youngest=20.0, oldest=25.0)
    return league


def _veteran(league: League, rng: np.random.Generator, season: int, *, is_pitcher: bool) -> Player:
    age = float(np.clip(rng.normal(28.0, 3.6), 22.0, 37.0))
    # The better of two, because the majors are not a random sample.
    drawn = [league.enrol(rng, season, age, is_pitcher) for _ in range(2)]
    drawn.sort(key=lambda player: player.value(season))
    league.everyone.remove(drawn[0])
    seasons = max(int(min(age - 21.5, 8.0) * rng.random()), 0) + 1
    drawn[1].debut = dt.date(season - seasons, int(rng.integers(4, 9)), int(rng.integers(1, 28)))
    return drawn[1]


def turn_winter(league: League, season: int, rng: np.random.Generator) -> None:
    """From the end of the season before to the opening of `season`: everybody changes, some retire, some arrive."""
    for player in league.everyone:
        player.drift = 0.97 * player.drift + talent.drift(player.is_pitcher, rng)
    typical = [
        float(np.mean([player.value(season) for roster in league.rosters for player in getattr(roster, side)]))
        for side in ("hitters", "pitchers")
    ]
    for roster in league.rosters:
        roster.hitters = [player for player in roster.hitters if not _retires(player, season, typical[0], rng)]
        roster.pitchers = [player for player in roster.pitchers if not _retires(player, season, typical[1], rng)]
    _trade(league, rng, share=0.08)
    for roster in league.rosters:
        _fill(league, roster, season, rng)
        _ordered(roster, season)
    league.prospects = [player for player in league.prospects if player.age(season) < 28.0]
    _refill_pool(league, season, rng, youngest=19.0, oldest=23.0)


def _retires(player: Player, season: int, typical: float, rng: np.random.Generator) -> bool:
    """Old age and a value below the league's `typical` end careers."""
    age = player.age(season)
    chance = 0.05 + 0.035 * max(age - 31.0, 0.0)
    chance += float(np.clip(3.0 * (typical - player.value(season) - 0.02), -0.03, 0.35))
    return bool(rng.random() < chance)


def _fill(league: League, roster: Roster, season: int, rng: np.random.Generator) -> None:
    while len(roster.hitters) < HITTERS:
        roster.hitters.append(_promote(league, season, rng, is_pitcher=False))
    while len(roster.pitchers) < PITCHERS:
        roster.pitchers.append(_promote(league, season, rng, is_pitcher=True))


def _promote(league: League, season: int, rng: np.random.Generator, *, is_pitcher: bool) -> Player:
    """The prospect whom scouts like best: true value with an error. He has a minor-league season behind him."""
    ready = [player for player in league.prospects if player.is_pitcher == is_pitcher and player.minor_seasons]
    if not ready:
        raise RuntimeError(f"no {'pitchers' if is_pitcher else 'hitters'} left in the minors before {season}")
    noise = 0.02 * rng.standard_normal(len(ready))
    best = int(np.argmax([player.value(season) for player in ready] + noise))
    league.prospects.remove(ready[best])
    return ready[best]


def _refill_pool(league: League, season: int, rng: np.random.Generator, *, youngest: float, oldest: float) -> None:
    wanted = _POOL_PER_CLUB * len(league.clubs)
    for is_pitcher in (False, True):
        have = sum(player.is_pitcher == is_pitcher for player in league.prospects)
        for _ in range(max(wanted - have, wanted // 3)):
            age = float(rng.uniform(youngest, oldest))
            league.prospects.append(league.enrol(rng, season, age, is_pitcher))


def _trade(league: League, rng: np.random.Generator, *, share: float) -> None:
    """Swap like for like between two clubs, so that every roster keeps its size."""
    for side in ("hitters", "pitchers"):
        for roster in league.rosters:
            players = getattr(roster, side)
            for slot in range(len(players)):
                if rng.random() >= share:
                    continue
                other = getattr(league.rosters[int(rng.integers(len(league.rosters)))], side)
                there = int(rng.integers(len(other)))
                players[slot], other[there] = other[there], players[slot]


def _ordered(roster: Roster, season: int) -> Roster:
    """Best players first: the nine best bat every day, the best pitchers start; slots give positions."""
    roster.hitters.sort(key=lambda player: -player.value(season))
    roster.pitchers.sort(key=lambda player: -player.value(season))
    # Every second of the ten best pitchers closes games instead, so that relievers are not simply worse.
    best, rest = roster.pitchers[:10], roster.pitchers[10:]
    roster.pitchers = best[0::2] + best[1::2] + rest
    for player, position in zip(roster.hitters, POSITIONS + BENCH, strict=True):
        player.position = player.position or position
    for player in roster.pitchers:
        player.position = "P"
    return roster


def midseason_rosters(league: League, season: int, rng: np.random.Generator) -> list[Roster]:
    """The rosters after 1 July: some players changed clubs, some prospects came up in place of the worst."""
    kept = league.rosters
    league.rosters = [roster.copy() for roster in kept]
    _trade(league, rng, share=0.05)
    for roster in league.rosters:
        for is_pitcher, players in ((False, roster.hitters), (True, roster.pitchers)):
            if rng.random() < 0.5:
                called = _promote(league, season, rng, is_pitcher=is_pitcher)
                called.position = "P" if is_pitcher else players[-1].position
                players[-1] = called
    second, league.rosters = league.rosters, kept
    return second
