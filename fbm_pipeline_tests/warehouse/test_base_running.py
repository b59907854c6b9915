"""Retrosheet's scoring text, play by play: who went where, and which bases are occupied after it."""

import pytest

from fbm_pipeline.warehouse.base_running import BATTER, HOME, OUT, Moves, moves_of, step

MOVES: list[tuple[str, Moves]] = [
    ("K", {BATTER: OUT}),
    ("K23", {BATTER: OUT}),
    ("K+SB2", {BATTER: OUT, 1: 2}),
    ("K+CS2(26)/DP", {BATTER: OUT, 1: OUT}),
    ("K+PB.B-1", {BATTER: 1}),
    ("K.BX1(23)", {BATTER: OUT}),
    ("K+E2.1-2", {BATTER: OUT, 1: 2}),
    ("W", {BATTER: 1}),
    ("W+WP.2-3;1-2", {BATTER: 1, 2: 3, 1: 2}),
    ("W+PB.3-H(NR)", {BATTER: 1, 3: HOME}),
    ("IW.1-2", {BATTER: 1, 1: 2}),
    ("HP.1-2", {BATTER: 1, 1: 2}),
    ("C/E2.1-2", {BATTER: 1, 1: 2}),
    ("8/F", {BATTER: OUT}),
    ("99", {BATTER: OUT}),
    ("63/G.2-3;1-2", {BATTER: OUT, 2: 3, 1: 2}),
    ("64(1)/FO/G+.2-3", {BATTER: 1, 1: OUT, 2: 3}),
    ("64(1)3/GDP/G6", {BATTER: OUT, 1: OUT}),
    ("5(2)/FO/G5.B-1", {BATTER: 1, 2: OUT}),
    ("5(2)4(1)/GDP", {BATTER: 1, 2: OUT, 1: OUT}),
    ("3(B)6(1)/LDP", {BATTER: OUT, 1: OUT}),
    ("1(B)16(2)63(1)/LTP/L1", {BATTER: OUT, 2: OUT, 1: OUT}),
    ("4/L/DP.1X1(43)", {BATTER: OUT, 1: OUT}),
    ("8/SF.3-H", {BATTER: OUT, 3: HOME}),
    ("E6/TH1.B-2", {BATTER: 2}),
    ("4E3/G", {BATTER: 1}),
    ("64(1)E3/GDP", {BATTER: 1, 1: OUT}),
    ("FC5/G56.2-3;1X2(5E4);B-1", {BATTER: 1, 1: 2, 2: 3}),
    ("FC6.3XH(62)", {BATTER: 1, 3: OUT}),
    ("S8/L.2XH(82/TH);B-2(TH)", {BATTER: 2, 2: OUT}),
    ("S4/G.1-3(E4)", {BATTER: 1, 1: 3}),
    ("S8.1X3(8E5)(52)", {BATTER: 1, 1: OUT}),  # the error undid an out, and another play made one
    ("D7/L.1-H;B-3(E6/TH)", {BATTER: 3, 1: HOME}),
    ("DGR/L9LD.2-H", {BATTER: 2, 2: HOME}),
    ("T9", {BATTER: 3}),
    ("HR/8/F.2-H;1-H", {BATTER: HOME, 2: HOME, 1: HOME}),
    ("H9/IPHR", {BATTER: HOME}),
    ("SB2", {1: 2}),
    ("SB3;SB2", {2: 3, 1: 2}),
    ("SBH(UR);SB2", {3: HOME, 1: 2}),
    ("SB2.1-3(E2/TH)", {1: 3}),
    ("CS2(26)", {1: OUT}),
    ("CS2(2E4).1-3", {1: 3}),
    ("CSH(12)", {3: OUT}),
    ("POCS2(1361)", {1: OUT}),
    ("POCS2(1E3).1-2", {1: 2}),
    ("PO1(13)", {1: OUT}),
    ("PO2(E1/TH).2-3", {2: 3}),
    ("WP.3-H(NR);2-3", {3: HOME, 2: 3}),
    ("BK.1-2", {1: 2}),
    ("DI.1-2", {1: 2}),
    ("OA.2X3(25);1-2", {2: OUT, 1: 2}),
    ("FLE5/P5F", {}),
    ("NP", {}),
]


@pytest.mark.parametrize(("event", "moves"), MOVES)
def test_the_text_tells_who_went_where(event: str, moves: Moves) -> None:
    assert moves_of(event) == moves


def test_a_text_that_makes_no_sense_is_not_guessed() -> None:
    assert moves_of("?") is None
    assert moves_of("") == {}


@pytest.mark.parametrize(
    ("event", "before", "after", "outs", "runs"),
    [
        ("S8/L.1-3", 0b001, 0b101, 0, 0),
        ("HR/8/F.3-H;2-H;1-H", 0b111, 0b000, 0, 4),
        ("64(1)3/GDP.3-H", 0b101, 0b000, 2, 1),
        ("W.3-H;2-3;1-2", 0b111, 0b111, 0, 1),
        ("K", 0b110, 0b110, 1, 0),
        ("D9.2-H", 0b010, 0b010, 0, 1),
    ],
)
def test_a_play_moves_the_runners(event: str, before: int, after: int, outs: int, runs: int) -> None:
    found = step(moves_of(event) or {}, before)
    assert found is not None
    assert (found.bases, found.outs, found.runs, found.silent) == (after, outs, runs, False)


def test_a_runner_who_had_moved_unseen_is_found() -> None:
    scored = step(moves_of("S8/L.2-H") or {}, 0b001)  # he had stolen second
    assert scored is not None
    assert (scored.bases, scored.runs, scored.silent) == (0b001, 1, True)
    walked = step(moves_of("W") or {}, 0b001)  # first was free, or he would have been forced on
    assert walked is not None
    assert (walked.bases, walked.silent) == (0b011, True)


def test_a_runner_who_never_stood_there_is_refused() -> None:
    assert step(moves_of("S8/L.1-3") or {}, 0b010) is None  # runners do not go back
    assert step(moves_of("S8/L.2-H;1-2") or {}, 0b100) is None  # nor become two


def test_a_mark_of_unseen_moves_is_believed_where_the_play_allows() -> None:
    struck_out = moves_of("K") or {}
    plain, marked = step(struck_out, 0b001), step(struck_out, 0b001, moved=True)
    assert plain is not None
    assert marked is not None
    assert (plain.bases, marked.bases) == (0b001, 0b010)
    doubled_up = step(moves_of("64(1)3/GDP") or {}, 0b001, moved=True)
    assert doubled_up is not None
    assert not doubled_up.silent
    empty = step(struck_out, 0, moved=True)
    assert empty is not None
    assert empty.bases == 0
