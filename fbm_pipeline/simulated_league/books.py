"""The books of a season: every pitcher's line in every game, every batter's line with every club.

Belongs here: sums over the plays, and who won. Not here: file formats.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.seasons import Ints, Season, count_outcomes


@dataclass(frozen=True)
class PitchingLines:
    """One entry per pitcher and game, in the order in which they came in. `counts` are sums over his plays."""

    game: Ints
    pitcher: Ints
    is_home: NDArray[np.bool_]
    sequence: Ints  # 1 is the starter
    is_last: NDArray[np.bool_]
    outs: Ints
    runs: Ints
    earned: Ints
    counts: dict[str, Ints]
    won: NDArray[np.bool_]
    lost: NDArray[np.bool_]
    saved: NDArray[np.bool_]


@dataclass(frozen=True)
class BattingLines:
    """One entry per batter and club of the regular season. `club` is a position in Season.clubs."""

    player: Ints
    club: Ints
    games: Ints
    counts: dict[str, Ints]
    runs: Ints
    batted_in: Ints
    stolen: Ints
    caught: Ints
    double_plays: Ints


def pitching_lines(season: Season) -> PitchingLines:
    """Lines from the plays; runs go to the pitcher who let the runner on."""
    plays = season.plays
    people = len(season.players)
    key = plays["game"] * people + plays["pitcher"]
    keys, first, group = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    group, keys, first = rank[group], keys[order], first[order]
    game, pitcher = keys // people, keys % people
    is_home = plays["bottom"][first] == 0
    lines = len(keys)
    charged = np.searchsorted(np.sort(keys), plays["game"][season.runs[:, 0]] * people + season.runs[:, 2])
    charged = np.argsort(keys, kind="stable")[charged]
    runs = np.bincount(charged, minlength=lines)
    earned = np.bincount(charged, weights=season.runs[:, 3], minlength=lines).astype(np.int64)
    outs = np.bincount(group, weights=plays["outs_post"] - plays["outs_pre"], minlength=lines).astype(np.int64)
    sequence, is_last = _sequence(game, is_home)
    won, lost, saved = _decisions(season, game, is_home, sequence, is_last, outs, runs)
    counts = count_outcomes(plays["code"], group, lines)
    return PitchingLines(game, pitcher, is_home, sequence, is_last, outs, runs, earned, counts, won, lost, saved)


def _sequence(game: Ints, is_home: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    sequence = np.zeros(len(game), dtype=np.int64)
    is_last = np.zeros(len(game), dtype=bool)
    latest: dict[tuple[int, bool], int] = {}
    for line, side in enumerate(zip(game.tolist(), is_home.tolist(), strict=True)):
        before = latest.get(side)
        sequence[line] = 1 if before is None else sequence[before] + 1
        latest[side] = line
    is_last[list(latest.values())] = True
    return sequence, is_last


def _decisions(
    season: Season,
    game: Ints,
    is_home: NDArray[np.bool_],
    sequence: Ints,
    is_last: NDArray[np.bool_],
    outs: Ints,
    runs: Ints,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """The winner with most outs wins (a starter needs fifteen), the loser with most runs loses, a lead of three or
    fewer is saved by another's last man."""
    won, lost, saved = (np.zeros(len(game), dtype=bool) for _ in range(3))
    lines: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for line, side in enumerate(zip(game.tolist(), is_home.tolist(), strict=True)):
        lines[side].append(line)
    for number, sheet in enumerate(season.sheets):
        away, home = sheet.score
        winners, losers = lines[number, home > away], lines[number, home < away]
        may_win = [line for line in winners if sequence[line] > 1 or outs[line] >= 15] or winners
        winner = max(may_win, key=lambda line: (outs[line], -line))
        won[winner] = True
        lost[max(losers, key=lambda line: (runs[line], -line))] = True
        final = winners[-1]
        saved[final] = final != winner and bool(is_last[final]) and abs(home - away) <= 3
    return won, lost, saved


def batting_lines(season: Season) -> BattingLines:
    """Lines of the regular season from plays and line-ups, also of those who never came to bat."""
    regular = season.is_regular()
    plays = {name: column[regular[season.plays["game"]]] for name, column in season.plays.items()}
    clubs = len(season.clubs)
    games: dict[int, int] = defaultdict(int)
    for sheet, counts_it in zip(season.sheets, regular, strict=True):
        if counts_it:
            for club, lineup in ((sheet.fixture.away, sheet.lineups[0]), (sheet.fixture.home, sheet.lineups[1])):
                for player in lineup:
                    games[player * clubs + club] += 1
    keys = np.array(sorted(games), dtype=np.int64)
    away = np.array([sheet.fixture.away for sheet in season.sheets])
    home = np.array([sheet.fixture.home for sheet in season.sheets])
    batting = np.where(plays["bottom"] == 1, home[plays["game"]], away[plays["game"]])
    group = np.searchsorted(keys, plays["batter"] * clubs + batting)

    def total(players: Ints, chosen: NDArray[np.bool_], weight: Ints) -> Ints:
        place = np.searchsorted(keys, players[chosen] * clubs + batting[chosen])
        return np.bincount(place, weights=weight[chosen], minlength=len(keys)).astype(np.int64)

    codes, one = plays["code"], np.ones(len(plays["code"]), dtype=np.int64)
    no_credit = np.isin(codes, (o.FIELD_ERROR, o.GROUNDED_INTO_DOUBLE_PLAY)) | ~o.IS_PLATE_APPEARANCE[codes]
    return BattingLines(
        player=keys // clubs,
        club=keys % clubs,
        games=np.array([games[key] for key in keys.tolist()], dtype=np.int64),
        counts=count_outcomes(codes, group, len(keys)),
        runs=_runs_scored(season, regular, keys, clubs, away, home),
        batted_in=total(plays["batter"], ~no_credit, plays["runs"]),
        stolen=total(plays["on1"], codes == o.STOLEN_BASE, one),
        caught=total(plays["on1"], codes == o.CAUGHT_STEALING, one),
        double_plays=total(plays["batter"], codes == o.GROUNDED_INTO_DOUBLE_PLAY, one),
    )


def _runs_scored(season: Season, regular: NDArray[np.bool_], keys: Ints, clubs: int, away: Ints, home: Ints) -> Ints:
    play, runner = season.runs[:, 0], season.runs[:, 1]
    game = season.plays["game"][play]
    batting = np.where(season.plays["bottom"][play] == 1, home[game], away[game])
    kept = regular[game]
    place = np.searchsorted(keys, runner[kept] * clubs + batting[kept])
    return np.bincount(place, minlength=len(keys))
