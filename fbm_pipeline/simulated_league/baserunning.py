"""Where the runners go on each kind of play, and which kind of out a ball in play becomes.

Belongs here: bases and outs. Not here: who the runners are, or runs and earned runs.
"""

from collections.abc import Callable

from fbm_pipeline.simulated_league import outcomes as o

Draw = Callable[[], float]
Occupied = tuple[bool, bool, bool]
Destinations = tuple[int, int, int]

HOME = 4
OUT = 5  # a runner's destination; 0 where the base was empty


def destinations(code: int, occupied: Occupied, outs: int, hit: int, draw: Draw) -> Destinations:
    """Where the runners of first, second and third end up (1-3, HOME, OUT, or 0 for no runner).

    A play that makes the third out moves nobody.
    """
    first, second, third = occupied
    if not (first or second or third):
        return 0, 0, 0
    where = _unchecked(code, occupied, hit, draw)
    if outs + o.OUTCOMES[code].outs >= 3:
        where = tuple(OUT if to == OUT else base for base, to in enumerate(where, start=1))  # type: ignore[assignment]
    return where[0] if first else 0, where[1] if second else 0, where[2] if third else 0


def _unchecked(code: int, occupied: Occupied, hit: int, draw: Draw) -> Destinations:
    if code in _FIXED:
        return _FIXED[code]
    if code in _FORCING:
        return _forced(occupied)
    if code == o.SINGLE:
        second_to = HOME if draw() < 0.60 else 3
        return (3 if (second_to == HOME or not occupied[1]) and draw() < 0.28 else 2), second_to, HOME
    if code == o.DOUBLE:
        return (HOME if draw() < 0.42 else 3), HOME, HOME
    if code == o.SAC_FLY:
        return 1, (3 if draw() < 0.3 else 2), HOME
    if code == o.FORCE_OUT:
        return OUT, 3, (HOME if occupied[1] else 3)
    if code == o.FIELDERS_CHOICE_OUT:
        if occupied[2]:
            return 2, (3 if occupied[0] else 2), OUT
        return 2, OUT, 3
    if code == o.FIELD_OUT and hit == o.GROUND:
        return _ground_out(occupied, draw)
    return 1, 2, 3


_FIXED: dict[int, Destinations] = {
    o.HOME_RUN: (HOME, HOME, HOME),
    o.TRIPLE: (HOME, HOME, HOME),
    o.FIELD_ERROR: (2, 3, HOME),
    o.SAC_BUNT: (2, 3, HOME),
    o.WILD_PITCH: (2, 3, HOME),
    o.STOLEN_BASE: (2, 2, 3),
    o.GROUNDED_INTO_DOUBLE_PLAY: (OUT, 3, HOME),
    o.STRIKEOUT_DOUBLE_PLAY: (OUT, 2, 3),
    o.DOUBLE_PLAY: (OUT, 2, 3),
    o.CAUGHT_STEALING: (OUT, 2, 3),
    o.PICKOFF: (OUT, 2, 3),
}
_FORCING = frozenset({o.WALK, o.INTENT_WALK, o.HIT_BY_PITCH, o.CATCHER_INTERF, o.FIELDERS_CHOICE})


def _forced(occupied: Occupied) -> Destinations:
    first, second, _ = occupied
    return 2, (3 if first else 2), (HOME if first and second else 3)


def _ground_out(occupied: Occupied, draw: Draw) -> Destinations:
    _first, second, third = occupied
    third_to = HOME if draw() < 0.4 else 3
    second_to = 3 if (not third or third_to == HOME) and draw() < 0.5 else 2
    first_to = 2 if (not second or second_to == 3) and draw() < 0.4 else 1
    return first_to, second_to, third_to


def out_in_play(occupied: Occupied, outs: int, ground: float, draw: Draw) -> tuple[int, int]:
    """The kind of play (a code) and the kind of batted ball when a ball in play is not a hit.

    `ground` is the share of such balls on the ground.
    """
    kind = draw()
    if kind < ground:
        hit = o.GROUND
    elif kind < ground + (1.0 - ground) * 0.33:
        hit = o.LINE
    elif kind < ground + (1.0 - ground) * 0.86:
        hit = o.FLY
    else:
        hit = o.POP
    if draw() < 0.024:
        return o.FIELD_ERROR, hit
    if hit == o.GROUND:
        return _ground_ball(occupied, outs, draw()), hit
    if outs < 2:
        if hit == o.FLY and occupied[2] and draw() < 0.60:
            return o.SAC_FLY, hit
        if hit == o.LINE and occupied[0] and draw() < 0.06:
            return o.DOUBLE_PLAY, hit
    return o.FIELD_OUT, hit


def _ground_ball(occupied: Occupied, outs: int, kind: float) -> int:
    first, second, third = occupied
    if first:
        if outs == 2:
            return o.FORCE_OUT if kind < 0.4 else o.FIELD_OUT
        if kind < 0.36:
            return o.GROUNDED_INTO_DOUBLE_PLAY
        if kind < 0.66:
            return o.FORCE_OUT
        return o.FIELDERS_CHOICE if kind < 0.69 else o.FIELD_OUT
    if outs < 2 and (second or third):
        if kind < 0.05:
            return o.FIELDERS_CHOICE_OUT
        return o.FIELDERS_CHOICE if kind < 0.08 else o.FIELD_OUT
    return o.FIELD_OUT


def before_the_pitch(occupied: Occupied, speed: float, draw: Draw) -> int:
    """A base-running play in front of a plate appearance, or -1. `speed` is the runner's on first."""
    first, second, _third = occupied
    chance = draw()
    if first and not second:
        attempt = 0.050 * (1.0 + 0.35 * speed)
        if chance < attempt:
            return o.STOLEN_BASE if draw() < 0.75 else o.CAUGHT_STEALING
        if chance < attempt + 0.004:
            return o.PICKOFF
    return o.WILD_PITCH if chance > 0.990 else -1


def decided_by_the_bench(occupied: Occupied, outs: int, draw: Draw) -> int:
    """An intentional walk, a sacrifice bunt or the catcher's mitt in the way of the bat; else -1."""
    first, second, third = occupied
    chance = draw()
    if chance < 0.0012:
        return o.CATCHER_INTERF
    if second and not first and chance < 0.025:
        return o.INTENT_WALK
    if (first or second) and not third and outs < 2 and chance > 0.988:
        return o.SAC_BUNT
    return -1
