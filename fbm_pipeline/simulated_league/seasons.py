"""One season of games: line-ups and pitching staffs by day, all plays as columns, and the books of who did what.

Belongs here: everything that several files are written from. Not here: the files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import odds, talent
from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.baserunning import Draw
from fbm_pipeline.simulated_league.careers import STARTERS, Roster
from fbm_pipeline.simulated_league.clubs import Club
from fbm_pipeline.simulated_league.formats import SCHEMAS
from fbm_pipeline.simulated_league.games import PLAY_COLUMNS, Game, Log, Side
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.simulated_league.schedule import Fixture

Ints = NDArray[np.int64]


@dataclass
class GameSheet:
    """What is known of a game beside its plays. Players are positions in Season.players."""

    fixture: Fixture
    lineups: tuple[list[int], list[int]]  # away, home
    score: tuple[int, int] = (0, 0)


@dataclass
class Season:
    """All games of one season. `plays` has one entry a play in the order of play, `runs` one a run."""

    season: int
    clubs: tuple[Club, ...]
    players: list[Player]
    environment: NDArray[np.float64]
    sheets: list[GameSheet] = field(default_factory=list)
    plays: dict[str, Ints] = field(default_factory=dict)
    runs: Ints = field(default_factory=lambda: np.zeros((0, 4), dtype=np.int64))

    def gid(self, game: int) -> str:
        """Retrosheet's id of a game: home club, date, number."""
        fixture = self.sheets[game].fixture
        return f"{self.clubs[fixture.home].retro}{fixture.date:%Y%m%d}{fixture.number}"

    def clubs_of(self, game: int) -> tuple[Club, Club]:
        """The away and the home club."""
        fixture = self.sheets[game].fixture
        return self.clubs[fixture.away], self.clubs[fixture.home]

    def is_regular(self) -> NDArray[np.bool_]:
        """For every game, whether it counts."""
        return np.array([sheet.fixture.game_type == "R" for sheet in self.sheets], dtype=bool)


class SeasonSimulator:
    """Plays fixtures with the rosters of the day."""

    def __init__(self, season: Season, parks: NDArray[np.float64], rng: np.random.Generator) -> None:
        self.season, self.parks, self.rng = season, parks, rng
        self.number = {id(player): place for place, player in enumerate(season.players)}
        self.effects = np.array([player.effects(season.season) for player in season.players])
        self.turn = [0] * len(season.clubs)
        self.log = Log()
        self.draw: Draw = _uniforms(rng).__next__

    def play(self, fixture: Fixture, rosters: list[Roster]) -> None:
        """Play one fixture and log it."""
        away = self._side(rosters[fixture.away], fixture.away)
        home = self._side(rosters[fixture.home], fixture.home)
        away.odds = self._odds(away, home, fixture.home)
        home.odds = self._odds(home, away, fixture.home)
        Game(len(self.season.sheets), away, home, self.log, self.draw).play()
        self.season.sheets.append(GameSheet(fixture, (away.lineup, home.lineup), (away.score, home.score)))

    def _side(self, roster: Roster, club: int) -> Side:
        lineup = list(roster.hitters[:9])
        reserves = list(roster.hitters[9:])
        for slot in np.flatnonzero(self.rng.random(9) < 0.12)[: len(reserves)]:
            lineup[slot] = reserves.pop(int(self.rng.integers(len(reserves))))
        starter = roster.pitchers[self.turn[club] % STARTERS]
        self.turn[club] += 1
        relievers = [roster.pitchers[STARTERS + int(i)] for i in self.rng.permutation(8)]
        staff = [starter, *relievers]
        limits = [int(np.clip(round(self.rng.normal(23.0, 3.0)), 12, 30))]
        limits += [int(limit) for limit in self.rng.integers(3, 8, size=8)]
        numbers = [self.number[id(player)] for player in lineup]
        return Side(
            lineup=numbers,
            speed={number: player.speed for number, player in zip(numbers, lineup, strict=True)},
            ground=[player.ground for player in lineup],
            staff=[self.number[id(player)] for player in staff],
            limits=limits,
            odds=[],
        )

    def _odds(self, bat: Side, fld: Side, park: int) -> list[list[list[float]]]:
        players = self.season.players
        platoon = odds.same_hand([players[i] for i in bat.lineup], [players[i] for i in fld.staff])
        shared = self.season.environment + self.parks[park]
        made = odds.cumulative_odds(self.effects[bat.lineup], self.effects[fld.staff], platoon, shared)
        return cast(list[list[list[float]]], made.tolist())

    def finish(self) -> Season:
        """The season with its plays as columns."""
        rows = np.array(self.log.plays, dtype=np.int64).reshape(-1, len(PLAY_COLUMNS))
        self.season.plays = {name: rows[:, i].copy() for i, name in enumerate(PLAY_COLUMNS)}
        self.season.runs = np.array(self.log.runs, dtype=np.int64).reshape(-1, 4)
        return self.season


def _uniforms(rng: np.random.Generator) -> Iterator[float]:
    while True:
        yield from rng.random(8192).tolist()


def true_talent_rows(season: Season) -> dict[str, list[object]]:
    """The truth about every player of a season, for files that no model may read."""
    rows: dict[str, list[object]] = {name: [] for name in SCHEMAS["true talent"].names}
    for player in season.players:
        true = talent.true_rates(player.effects(season.season), season.environment)
        by_name = dict(zip(talent.COMPONENTS, true.tolist(), strict=True))
        hit = sum(by_name[name] for name in ("hr", "single", "double", "triple"))
        values: dict[str, object] = {f"{name}_rate": rate for name, rate in by_name.items()}
        values |= {
            "season": season.season,
            "player_type": "pitcher" if player.is_pitcher else "batter",
            "mlbam_id": player.identity.mlbam_id,
            "name": player.identity.name,
            "age": round(player.age(season.season), 3),
            "h_rate": hit,
            "obp": hit + by_name["bb"] + by_name["hbp"],
            "platoon": player.platoon,
            "exit_velocity": None if player.is_pitcher else player.exit_velocity,
            "velocity": player.fastball(season.season) if player.is_pitcher else None,
        }
        for name, column in rows.items():
            column.append(values[name])
    return rows


COUNTED = ("pa", "ab", "single", "double", "triple", "hr", "walk", "iw", "k", "hbp", "sf", "sh", "xi")


def count_outcomes(codes: Ints, group: Ints, groups: int) -> dict[str, Ints]:
    """Sums of Retrosheet's 0/1 columns over groups: {column: (groups,)}. `group` holds a number per play."""
    sums = {}
    for name in COUNTED:
        weight = o.flag(name)[codes]
        sums[name] = np.bincount(group, weights=weight, minlength=groups).astype(np.int64)
    return sums


def hits(counts: dict[str, Ints]) -> Ints:
    """Hits of every group."""
    return counts["single"] + counts["double"] + counts["triple"] + counts["hr"]
