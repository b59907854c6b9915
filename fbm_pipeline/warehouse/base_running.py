"""What a play does to the runners, read from Retrosheet's scoring text.

Belongs here: the text of one play, and which bases are occupied after it. Not here: the order of plays in a game.

A text is `basic play/modifiers.advances`: `64(1)3/GDP` puts out the runner from first and the batter, `S8/L.2-H;1-3`
moves two runners, `1X2(E4)` is an out that an error undid. Bases are a mask: 1 first, 2 second, 4 third.
"""

import re
from dataclasses import dataclass

BATTER, OUT, HOME = 0, 0, 4

Moves = dict[int, int]  # where a runner stood (BATTER or a base) -> a base, HOME or OUT

_BASIC = re.compile(r"(?:[^/(]|\([^)]*\))*")  # a parenthesis may hold a stroke: CS2(26/TH)
_ADVANCE = re.compile(r"([B123])([-X])([123H])((?:\([^)]*\))*)")
_RUNNING = re.compile(r"(SB|CS|POCS|PO)([123H])((?:\([^)]*\))*)")
_FIELDED = re.compile(r"[1-9E]")
_PLACES = {"B": BATTER, "1": 1, "2": 2, "3": 3, "H": HOME}
_BATTER_TO = (  # by the letters that a play begins with, the longest first
    (re.compile(r"WP|PB|BK|DI|OA|NP|FLE"), None),  # tells of nobody; the advances do
    (re.compile(r"HR|H(?!P)"), HOME),
    (re.compile(r"HP|IW?|W|C|FC|S"), 1),
    (re.compile(r"D"), 2),
    (re.compile(r"T"), 3),
    (re.compile(r"K"), OUT),
)


@dataclass(frozen=True)
class Step:
    """What one play makes of the bases before it; `silent` when runners must have moved unseen before it."""

    bases: int
    outs: int
    runs: int
    silent: bool


def moves_of(event: str) -> Moves | None:
    """Who went where in a play. None when the text is not understood."""
    play, _, advances = event.partition(".")
    basic = _BASIC.match(play)
    moves: Moves = {}
    for index, part in enumerate(filter(None, re.split(r"[+;]", basic.group() if basic else ""))):
        part_moves = _part(part, first=index == 0)
        if part_moves is None:
            return None
        moves |= part_moves
    for origin, how, place, notes in _ADVANCE.findall(advances):
        moves[_PLACES[origin]] = OUT if how == "X" and not _undone(notes) else _PLACES[place]
    return moves


def step(moves: Moves, bases: int, *, moved: bool = False) -> Step | None:
    """The bases after a play, or None when no runners who can have stood so make it possible.

    Files of plays without their runners leave out the steals and wild pitches that neither made an out nor scored.
    Where a play moves a runner from an empty base, or leaves one where another arrives, the least silent advances that
    allow it are taken. `moved` tells that runners did move unseen before it, as far as the play allows.
    """
    possible = [_after(moves, before) for before in _advanced(bases)]
    kept = [(index > 0, after_play) for index, after_play in enumerate(possible) if after_play is not None]
    if not kept:
        return None
    silent, (after, outs, runs) = kept[1] if moved and not kept[0][0] and len(kept) > 1 else kept[0]
    return Step(after, outs, runs, silent)


def _part(part: str, *, first: bool) -> Moves | None:
    running = _RUNNING.match(part)
    if running:
        return _running(*running.groups())
    for pattern, place in _BATTER_TO:
        if pattern.match(part):
            return {} if place is None else {BATTER: place}
    if not _FIELDED.match(part):
        return None
    return _fielded(part) if first else {}  # K+E2: the advances tell what the error allowed


def _running(kind: str, place: str, notes: str) -> Moves:
    goal = _PLACES[place]
    if kind == "PO":
        return {} if _undone(notes) else {goal: OUT}
    return {goal - 1: goal if kind == "SB" or _undone(notes) else OUT}


def _fielded(part: str) -> Moves:
    """A ball that fielders handled: `64(1)3` ends with the batter's out, `64(1)` leaves him on first, `4E3` too."""
    moves = {_PLACES[runner]: OUT for runner in re.findall(r"\(([B123])\)", part)}
    plain = re.sub(r"\([^)]*\)", "", part)
    if BATTER not in moves:
        moves[BATTER] = 1 if "E" in plain or part.endswith(")") else OUT
    return moves


def _undone(notes: str) -> bool:
    """Whether an error undid an out; fielders named after it made one all the same."""
    undone = False
    for note in re.findall(r"\(([^)]*)\)", notes):
        if re.match(r"\d*E\d", note):
            undone = True
        elif undone and re.match(r"\d+(/|$)", note):
            undone = False
    return undone


def _advanced(bases: int) -> list[int]:
    """The bases as they are, then as they can be after silent advances, the least first."""
    runners = _occupied(bases)
    reachable = []
    for other in range(8):
        places = _occupied(other)
        if len(places) == len(runners) and all(b >= a for a, b in zip(runners, places, strict=True)):
            reachable.append((sum(places) - sum(runners), other))
    return [other for _, other in sorted(reachable)]


def _occupied(bases: int) -> list[int]:
    return [base for base in (1, 2, 3) if bases & 1 << base - 1]


def _after(moves: Moves, bases: int) -> tuple[int, int, int] | None:
    """(bases, outs, runs) after a play; None when a base that someone left was empty or two runners share one."""
    after, outs, runs = 0, 0, 0
    places = [moves.get(base, base) for base in _occupied(bases)]
    if BATTER in moves:
        places.append(moves[BATTER])
    if any(origin and not bases & 1 << origin - 1 for origin in moves):
        return None
    for place in places:
        if place in (1, 2, 3):
            if after & 1 << place - 1:
                return None
            after |= 1 << place - 1
        outs += place == OUT
        runs += place == HOME
    return after, outs, runs
