"""Scoring text and pitch strings as Retrosheet writes them.

Belongs here: text of one play. Not here: the columns around it (`retrosheet_files`).
"""

from functools import cache

import numpy as np

from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.baserunning import HOME, OUT
from fbm_pipeline.simulated_league.records import Record

_PLAIN = {
    o.STRIKEOUT: "K",
    o.WALK: "W",
    o.INTENT_WALK: "IW",
    o.HIT_BY_PITCH: "HP",
    o.CATCHER_INTERF: "C/E2",
    o.STRIKEOUT_DOUBLE_PLAY: "K/DP.1X2(26)",
    o.STOLEN_BASE: "SB2",
    o.CAUGHT_STEALING: "CS2(26)",
    o.PICKOFF: "PO1(13)",
    o.WILD_PITCH: "WP",
}
_HITS = {o.SINGLE: "S", o.DOUBLE: "D", o.TRIPLE: "T"}


@cache
def event_text(code: int, fielder: int, hit: int, to1: int, to2: int, to3: int) -> str:
    """The scoring text: what happened, then where runners went, as `S8/L8.2-H;1-2`."""
    moves = []
    for base, to in ((3, to3), (2, to2), (1, to1)):
        if to not in (0, base, OUT):
            moves.append(f"{base}-{'H' if to == HOME else to}")
    if code == o.STOLEN_BASE:
        moves = [move for move in moves if not move.startswith("1")]
    if code == o.FIELDERS_CHOICE_OUT:
        out = 3 if to3 == OUT else 2
        moves.insert(0, f"{out}X{'H(' if out == 3 else '3('}{fielder}{2 if out == 3 else 5})")
    if code in _BATTER_SAFE:
        moves.append("B-1")
    text = _what(code, fielder, hit)
    if not moves:
        return text
    return f"{text}{';' if '.' in text else '.'}{';'.join(moves)}"


_BATTER_SAFE = frozenset({o.FORCE_OUT, o.FIELDERS_CHOICE, o.FIELDERS_CHOICE_OUT, o.FIELD_ERROR, o.CATCHER_INTERF})


def _what(code: int, fielder: int, hit: int) -> str:
    if code in _PLAIN:
        return _PLAIN[code]
    kind = str(o.HIT_TYPES[hit])
    ball = f"{kind}{fielder}"
    if code in _HITS:
        return f"{_HITS[code]}{fielder}/{ball}"
    cover = 4 if fielder in (5, 6) else 6
    relayed = f"{fielder}{cover}" if fielder != cover else f"{fielder}"
    return {
        o.HOME_RUN: f"HR/{ball}",
        o.FORCE_OUT: f"{relayed}(1)/FO/{ball}",
        o.GROUNDED_INTO_DOUBLE_PLAY: f"{relayed}(1)3/GDP/{ball}",
        o.DOUBLE_PLAY: f"{fielder}(B){fielder}3(1)/LDP/{ball}",
        o.FIELDERS_CHOICE: f"FC{fielder}/{ball}",
        o.FIELDERS_CHOICE_OUT: f"FC{fielder}/{ball}",
        o.FIELD_ERROR: f"E{fielder}/{ball}",
        o.SAC_FLY: f"{fielder}/SF/{ball}",
        o.SAC_BUNT: f"{fielder}3/SH/{ball}",
        o.FIELD_OUT: f"{fielder}3/{ball}" if hit == o.GROUND and fielder != 3 else f"{fielder}/{ball}",
    }[code]


def pitch_strings(record: Record, rng: np.random.Generator) -> list[str]:
    """The pitch string of every play. A base-running play has the pitches so far; after it, they are repeated and a
    `.` shows where it was."""
    width = record.sequences.letters.shape[1]
    raw = np.ascontiguousarray(record.sequences.letters).view(f"S{width}").ravel()
    texts = [text.decode().replace("b", "*B").replace("w", "*S") for text in raw]
    codes = record.season.plays["code"]
    throws = (rng.random(len(codes)) < 0.25) & (record.season.plays["on1"] >= 0)
    strings = [texts[number] for number in record.at_bat]
    for play in np.flatnonzero(~o.IS_PLATE_APPEARANCE[codes]):
        text = strings[play]
        so_far = text[:2] if text.startswith("*") else text[:1]
        going = ">" if codes[play] in (o.STOLEN_BASE, o.CAUGHT_STEALING) else ""
        strings[play] = going + so_far + ("1" if codes[play] == o.PICKOFF else "")
        if play != record.last[record.at_bat[play]]:
            strings[play + 1] = f"{strings[play]}.{text[len(so_far) :]}"
    at_plate = throws & o.IS_PLATE_APPEARANCE[codes] & (record.first == record.last)[record.at_bat]
    for play in np.flatnonzero(at_plate & (codes != o.INTENT_WALK)):
        strings[play] = "1" + strings[play]
    return strings
