"""One game, play by play: innings of three outs, runners, runs and who is charged with them.

Belongs here: the course of a game. Not here: pitches (drawn afterwards, in one go) and files.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.baserunning import (
    HOME,
    OUT,
    Destinations,
    Draw,
    before_the_pitch,
    decided_by_the_bench,
    destinations,
    out_in_play,
)
from fbm_pipeline.sources.layout import names

PLAY_COLUMNS = names(
    "game inning bottom batter pitcher code hit outs_pre outs_post runs on1 on2 on3 to1 to2 to3 bat_score fld_score "
    "runner_moved at_bat"
)


@dataclass
class Side:
    """One club on one day. Players are positions in the season's list of players."""

    lineup: list[int]
    speed: dict[int, float]
    ground: list[float]  # by place in the line-up
    staff: list[int]  # in the order in which they would come in
    limits: list[int]  # batters that each faces before he is relieved
    odds: list[list[list[float]]]  # [place in the line-up][pitcher of the other staff] -> cumulative odds
    score: int = 0
    place: int = 0
    pitching: int = 0
    faced: int = 0


@dataclass
class Log:
    """What a season leaves behind: rows of PLAY_COLUMNS and every run with the pitcher charged for it."""

    plays: list[tuple[int, ...]] = field(default_factory=list)
    runs: list[tuple[int, int, int, int]] = field(default_factory=list)  # play, runner, pitcher charged, earned


Runner = tuple[int, int, int]  # player, pitcher charged, whether a run would be earned


class Game:
    """Plays itself to the end and writes into the log."""

    def __init__(self, number: int, away: Side, home: Side, log: Log, draw: Draw) -> None:
        self.number, self.away, self.home, self.log, self.draw = number, away, home, log, draw
        self.at_bat = 0
        self.moved = 0

    def play(self) -> None:
        """Nine innings, or as many more as it takes."""
        inning = 1
        while True:
            self._half(inning, 0)
            if not (inning >= 9 and self.home.score > self.away.score):
                self._half(inning, 1)
            if inning >= 9 and self.home.score != self.away.score:
                return
            inning += 1

    def _half(self, inning: int, bottom: int) -> None:
        bat, fld = (self.home, self.away) if bottom else (self.away, self.home)
        bases: list[Runner | None] = [None, None, None]
        outs = 0
        while outs < 3:
            self._relieve(fld)
            self.at_bat += 1
            self.moved = 0
            outs = self._run_the_bases(inning, bottom, bat, fld, bases, outs)
            if outs < 3 and not self._won(inning, bottom):
                outs = self._plate_appearance(inning, bottom, bat, fld, bases, outs)
            if self._won(inning, bottom):
                return

    def _won(self, inning: int, bottom: int) -> bool:
        return bool(bottom) and inning >= 9 and self.home.score > self.away.score

    def _relieve(self, fld: Side) -> None:
        if fld.faced >= fld.limits[fld.pitching] and fld.pitching + 1 < len(fld.staff):
            fld.pitching += 1
            fld.faced = 0

    def _run_the_bases(
        self, inning: int, bottom: int, bat: Side, fld: Side, bases: list[Runner | None], outs: int
    ) -> int:
        first, second, third = bases
        if first is None and second is None and third is None:
            return outs
        speed = 0.0 if first is None else bat.speed[first[0]]
        occupied = (first is not None, second is not None, third is not None)
        code = before_the_pitch(occupied, speed, self.draw)
        if code < 0:
            return outs
        self.moved = 1
        return self._record(inning, bottom, bat, fld, bases, outs, code, o.NO_HIT_TYPE)

    def _plate_appearance(
        self, inning: int, bottom: int, bat: Side, fld: Side, bases: list[Runner | None], outs: int
    ) -> int:
        occupied = (bases[0] is not None, bases[1] is not None, bases[2] is not None)
        code, hit = -1, o.NO_HIT_TYPE
        if not self.moved:
            code = decided_by_the_bench(occupied, outs, self.draw)
        if code < 0:
            code, hit = self._outcome(bat, fld, occupied, outs)
        elif code == o.SAC_BUNT:
            hit = o.BUNT
        outs = self._record(inning, bottom, bat, fld, bases, outs, code, hit)
        bat.place = (bat.place + 1) % 9
        fld.faced += 1
        return outs

    def _outcome(self, bat: Side, fld: Side, occupied: tuple[bool, bool, bool], outs: int) -> tuple[int, int]:
        code = o.DRAWN[bisect_right(bat.odds[bat.place][fld.pitching], self.draw())]
        if code == o.FIELD_OUT:
            return out_in_play(occupied, outs, bat.ground[bat.place], self.draw)
        if code == o.STRIKEOUT and occupied[0] and outs < 2 and self.draw() < 0.02:
            return o.STRIKEOUT_DOUBLE_PLAY, o.NO_HIT_TYPE
        return code, o.NO_HIT_TYPE

    def _record(
        self, inning: int, bottom: int, bat: Side, fld: Side, bases: list[Runner | None], outs: int, code: int, hit: int
    ) -> int:
        occupied = (bases[0] is not None, bases[1] is not None, bases[2] is not None)
        where = destinations(code, occupied, outs, hit, self.draw)
        batter, pitcher = bat.lineup[bat.place], fld.staff[fld.pitching]
        before = [-1 if runner is None else runner[0] for runner in bases]
        runs = self._move(bases, where, code, batter, pitcher)
        after = outs + o.OUTCOMES[code].outs
        play = (self.number, inning, bottom, batter, pitcher, code, hit, outs, after, runs)
        self.log.plays.append((*play, *before, *where, bat.score, fld.score, self.moved, self.at_bat))
        bat.score += runs
        return after

    def _move(self, bases: list[Runner | None], where: Destinations, code: int, batter: int, pitcher: int) -> int:
        """Move everyone and charge the runs to the pitcher who let the runner on. A run is unearned when the
        runner came on by an error or the catcher's interference."""
        play = len(self.log.plays)
        old: list[Runner | None] = [*bases]
        bases[:] = [None, None, None]
        runs = 0
        earned = int(code not in (o.FIELD_ERROR, o.CATCHER_INTERF))
        arrivals = [(runner, to) for runner, to in zip(old, where, strict=True) if runner is not None]
        arrivals.append(((batter, pitcher, earned), o.OUTCOMES[code].base))
        for runner, to in arrivals:
            if to == HOME:
                runs += 1
                self.log.runs.append((play, *runner))
            elif 0 < to < OUT:
                bases[to - 1] = runner
        return runs
