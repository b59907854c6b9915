"""Neutral lines: what parks gave is taken back, by hand and by component, and later seasons change nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.marcel.neutral_lines import (
    RESTATED,
    TABLE,
    build_neutral_lines,
    mean_multipliers,
    read_neutral_lines,
    restated,
    with_neutral_counts,
)
from fbm_pipeline.marcel.park_exposure import factors_by_park, read_exposure
from fbm_pipeline.marcel.park_factors import COMPONENTS, factors_table, read_park_counts
from fbm_pipeline.marcel.season_lines import read_season_lines
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines
from fbm_pipeline_tests.marcel.park_league import season_of_home_runs, write_months
from fbm_pipeline_tests.marcel.test_parks_block import turns

BOSTON, ELSEWHERE, PITCHER = 11, 12, 101
HOME_RUNS = {"BOS": 12, "NYY": 6, "TB": 6, "TOR": 6}
LINE = {"ab": 180, "h": 60, "double": 10, "triple": 2, "hr": 12, "bb": 18, "so": 40}


def write_league(store: Store, boston_2003: int = 12) -> None:
    """2001-2003: Boston's park doubles home runs. BOSTON bats there only, ELSEWHERE in New York; one PITCHER."""
    for season in (2001, 2002, 2003):
        home_runs = {**HOME_RUNS, "BOS": boston_2003 if season == 2003 else 12}
        rows = season_of_home_runs(season, home_runs)
        rows += turns(season, BOSTON, "BOS", 198) + turns(season, ELSEWHERE, "NYY", 198)
        write_months(store, "core.plate_appearances", rows)
    write_lines(store, [
        row for season in (2001, 2002, 2003) for row in (
            batting(season, BOSTON, **LINE), batting(season, ELSEWHERE, **LINE), batting(season, 13, **LINE),
            pitching(season, PITCHER, **LINE, single=36, opportunities=198, outs=120, er=30),
        )
    ])  # fmt: skip
    store.create("core.players")


def neutral(store: Store, player_type: str, season: int) -> dict[int, dict]:
    rows = read_neutral_lines(store, player_type, season, season).to_pylist()
    return {row["mlbam_id"]: row for row in rows}


def test_a_home_run_park_is_taken_out_of_the_line(store: Store) -> None:
    write_league(store)
    assert build_neutral_lines(store, 2003).rows == 4
    factor = factors_by_park(factors_table(read_park_counts(store, 2001, 2003), 2004))[2004, "BOS07", "R"]
    hr = float(np.exp(factor[COMPONENTS.index("hr")]))
    assert hr > 1.0
    found = neutral(store, "batter", 2003)
    assert found[BOSTON]["hr"] == pytest.approx(12 / hr)
    assert found[BOSTON]["opportunities"] == 198
    assert found[BOSTON]["hr"] < 12 < found[ELSEWHERE]["hr"]
    assert found[13]["hr"] == 12  # nobody knows where he played
    assert {name: found[13][name] for name in LINE} == LINE
    assert found[BOSTON]["er"] is None
    assert neutral(store, "pitcher", 2003)[PITCHER]["er"] not in (30.0, None)  # he pitches in every park


def test_later_seasons_change_nothing(store: Store) -> None:
    write_league(store)
    before = build_neutral_lines(store, 2002)
    write_league(store, boston_2003=150)
    assert build_neutral_lines(store, 2002).skipped
    store.write(TABLE, {"season": 2002}, store.delta(TABLE).to_pyarrow_table().slice(0, 0))  # forgotten: made anew
    again = build_neutral_lines(store, 2002)
    assert (again.skipped, again.content_hash) == (False, before.content_hash)
    assert build_neutral_lines(store, 2003).content_hash != before.content_hash


def test_the_as_of_date_is_after_the_season(store: Store) -> None:
    write_league(store)
    build_neutral_lines(store, 2002)
    rows = store.delta(TABLE).to_pyarrow_table().to_pylist()
    assert {row["as_of"].isoformat() for row in rows} == {"2003-03-01"}


def test_lines_take_the_neutral_counts_in(store: Store) -> None:
    write_league(store)
    build_neutral_lines(store, 2003)
    lines = read_season_lines(store, "batter", 2001, 2003)
    found = with_neutral_counts(lines, read_neutral_lines(store, "batter", 2001, 2003))
    row = np.flatnonzero((lines.season == 2003) & (lines.mlbam_id == BOSTON))[0]
    assert found.counts["hr"][row] == neutral(store, "batter", 2003)[BOSTON]["hr"]
    assert found.counts["sf"] is lines.counts["sf"]
    others = lines.season < 2003
    for name in RESTATED:
        assert np.array_equal(found.counts[name][others], lines.counts[name][others], equal_nan=True)


def test_the_hands_of_a_switch_hitter_are_weighed_by_his_turns(store: Store) -> None:
    right = [row | {"plate_appearance": 100 + at} for at, row in enumerate(turns(2003, BOSTON, "BOS", 10, "R"))]
    left = turns(2003, BOSTON, "BOS", 30, "L")
    write_months(store, "core.plate_appearances", left + right + turns(2003, 12, "NYY", 10))
    logs = {(2004, "BOS07", "L"): np.full(8, np.log(1.4)), (2004, "BOS07", "R"): np.full(8, np.log(1.0))}
    found = mean_multipliers(read_exposure(store, "batter", 2003, 2003), logs, 2004, np.array([BOSTON, 12, 99]))
    assert found[:, 0] == pytest.approx([1.3, 1.0, 1.0])


counts_of = st.fixed_dictionaries({name: st.floats(1, 200) for name in ("so", "bb", "hr", "single", "double", "triple",
                                                                       "er")})  # fmt: skip
factors_of = st.lists(st.floats(0.7, 1.5), min_size=len(COMPONENTS), max_size=len(COMPONENTS))


@given(counts_of, factors_of)
def test_there_and_back_again_is_the_same_line(drawn: dict[str, float], factors: list[float]) -> None:
    line = {name: np.array([value]) for name, value in drawn.items()}
    line |= {"h": line["single"] + line["double"] + line["triple"] + line["hr"]}
    line |= {"ab": line["h"] + line["so"] + 100.0, "outs": line["so"] + 100.0}
    moved = restated(line, np.array([factors]))
    # Turns at the plate stay: at-bats and walks together, and outs, hits and walks together.
    assert moved["ab"] + moved["bb"] == pytest.approx(line["ab"] + line["bb"])
    assert moved["outs"] + moved["h"] + moved["bb"] == pytest.approx(line["outs"] + line["h"] + line["bb"])
    back = restated(moved, 1.0 / np.array([factors]))
    for name in RESTATED:
        assert back[name] == pytest.approx(line[name])
    same = restated(line, np.ones((1, len(COMPONENTS))))
    assert all((same[name] == line[name]).all() for name in RESTATED)


def test_hits_of_unknown_kinds_have_their_own_factor() -> None:
    line = {name: np.array([10.0]) for name in (*RESTATED, "single", "double", "triple")}
    line["single"] = np.array([np.nan])
    factors = np.full((1, len(COMPONENTS)), 1.1)
    assert restated(line, factors)["h"] == pytest.approx(11.0)
