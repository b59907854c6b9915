"""The pooled rates against numbers worked out by hand, and what must hold: league-centred, nothing looks ahead."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.aggregates.blocks import Block, joined
from fbm_pipeline.aggregates.pooled_rates import deviations, read_before
from fbm_pipeline.aggregates.sequence_counts import COUNTED, read_sequence_counts
from fbm_pipeline.aggregates.sequence_rates import HALF_POINT_SHARE, SEQUENCE_RATES
from fbm_pipeline.controls.context_block import CONTEXT_RATES, context_block
from fbm_pipeline.controls.sequence_block import sequence_blocks
from fbm_pipeline.marcel.season_lines import Histories, MarcelError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

TABLE = "features.sequence_counts"
NOBODY = 10**6
RATES = {rate.name: rate for rate in SEQUENCE_RATES}


def write_counts(store: Store, season: int, players: Mapping[int, Mapping[str, float]], kind: str = "batter") -> None:
    """Rows of one season and player type; counts that are not named are 0. The other type gets a player without any."""
    other = "pitcher" if kind == "batter" else "batter"
    sides = {kind: players}
    if {"player_type": other, "season": season} not in store.partitions(TABLE):
        sides[other] = {NOBODY: {}}
    for side, known in sides.items():
        rows = [
            {"season": season, "player_type": side, "mlbam_id": player, **dict.fromkeys(COUNTED, 0), **counts}
            for player, counts in known.items()
        ]
        table = pa.Table.from_pylist(rows, schema=TABLES[TABLE].schema)
        store.write(TABLE, {"player_type": side, "season": season}, table)


def test_a_season_of_one_player_type_is_refused(store: Store) -> None:
    write_counts(store, 2017, {1: {"pa": 600}})
    store.drop(TABLE, {"player_type": "pitcher", "season": 2017})
    with pytest.raises(MarcelError, match=r"one player type only of seasons \[2017\]"):
        read_sequence_counts(store, "batter", 2015, 2017)


def targets(*pairs: tuple[int, int]) -> Histories:
    """Players to be projected, each with his target season."""
    season, ids = (np.array(part) for part in zip(*pairs, strict=True))
    return Histories(season, ids, np.full(len(ids), 27.0), np.full((len(ids), 3), -1))


def sequence_block(store: Store, player_type: str, players: Histories) -> Block:
    """All families side by side."""
    return joined(sequence_blocks(store, player_type, players), "sequence")


def column(block_values: np.ndarray, columns: tuple[str, ...], name: str) -> np.ndarray:
    return block_values[:, columns.index(name)]


def whiffs(swings: int, missed: int) -> dict[str, int]:
    return {"pa": 300, "pitches": 2 * swings, "swings": swings, "whiffs": missed}


@pytest.fixture
def three_seasons(store: Store) -> Store:
    """Batter 1 misses .30, .40 and .20 of his swings, three, two and one season before 2020, beside batter 2."""
    write_counts(store, 2017, {1: whiffs(200, 60), 2: whiffs(800, 140)})  # the league: .20
    write_counts(store, 2018, {1: whiffs(400, 160), 2: whiffs(600, 140)})  # .30
    write_counts(store, 2019, {1: whiffs(100, 20), 2: whiffs(900, 80)})  # .10
    return store


def test_a_rate_worked_out_by_hand(three_seasons: Store) -> None:
    block = sequence_block(three_seasons, "batter", targets((2020, 1)))
    above = 1.0 * (20 - 0.10 * 100) + 0.75 * (160 - 0.30 * 400) + 0.5 * (60 - 0.20 * 200)
    below = 1.0 * 100 + 0.75 * 400 + 0.5 * 200
    least = HALF_POINT_SHARE * RATES["whiff"].batter_half
    assert column(block.values, block.columns, "whiff")[0] == pytest.approx(above / (below + least), rel=1e-12)


def test_a_change_is_the_last_season_less_all_three(three_seasons: Store) -> None:
    block = sequence_block(three_seasons, "batter", targets((2020, 1)))
    least = HALF_POINT_SHARE * RATES["whiff"].batter_half
    last = (20 - 0.10 * 100) / (100 + least)
    pooled = column(block.values, block.columns, "whiff")[0]
    assert column(block.values, block.columns, "change_whiff")[0] == pytest.approx(last - pooled, rel=1e-12)


def test_the_season_projected_and_later_ones_change_nothing(three_seasons: Store) -> None:
    wanted = targets((2018, 1), (2019, 1), (2020, 1), (2020, 2))
    before = sequence_block(three_seasons, "batter", wanted).values
    context = context_block(three_seasons, "batter", wanted).values
    write_counts(three_seasons, 2020, {1: whiffs(500, 499), 2: whiffs(500, 1)})
    write_counts(three_seasons, 2021, {1: whiffs(500, 499)})
    assert sequence_block(three_seasons, "batter", wanted).values.tobytes() == before.tobytes()
    assert context_block(three_seasons, "batter", wanted).values.tobytes() == context.tobytes()
    write_counts(three_seasons, 2019, {1: whiffs(500, 499), 2: whiffs(900, 80)})
    after = sequence_block(three_seasons, "batter", wanted).values
    assert after[:2].tobytes() == before[:2].tobytes()  # 2019 counts for the targets after it only
    assert (after[2:] != before[2:]).any(axis=1).all()


def test_one_call_for_many_targets_is_one_call_for_each(three_seasons: Store) -> None:
    pairs = [(2018, 1), (2019, 2), (2020, 1), (2020, 2), (2022, 1)]
    together = sequence_block(three_seasons, "batter", targets(*pairs)).values
    alone = [sequence_block(three_seasons, "batter", targets(pair)).values[0] for pair in pairs]
    assert together.tobytes() == np.array(alone).tobytes()


def test_who_is_not_known_is_of_the_league(three_seasons: Store) -> None:
    wanted = targets((2020, 99), (2030, 1))
    assert not sequence_block(three_seasons, "batter", wanted).values.any()
    assert not context_block(three_seasons, "batter", wanted).values.any()


def test_deviations_of_the_league_sum_to_nothing_in_every_season(store: Store) -> None:
    rng = np.random.default_rng(3)
    for season in (2001, 2002):
        players = {}
        for player in range(1, 30):
            made = {name: int(rng.integers(0, 50)) for name in COUNTED}
            players[player] = {**made, "pitches": 400, "pa": 300}
        write_counts(store, season, players)
    counts = read_before(store, "batter", targets((2003, 1)))
    for rate in (*SEQUENCE_RATES, *CONTEXT_RATES):
        above, below = deviations(counts, rate)
        for season in (2001, 2002):
            of_it = counts.season == season
            assert above[of_it].sum() == pytest.approx(0.0, abs=1e-6), rate.name
            assert below[of_it].any(), rate.name


def test_an_era_in_which_everybody_misses_more_changes_nobody(store: Store) -> None:
    quiet, wild = targets((2010, 1)), targets((2015, 1))
    write_counts(store, 2009, {1: whiffs(100, 15), 2: whiffs(100, 5)})
    write_counts(store, 2014, {1: whiffs(100, 45), 2: whiffs(100, 35)})
    values = [sequence_block(store, "batter", players) for players in (quiet, wild)]
    one, other = (column(block.values, block.columns, "whiff")[0] for block in values)
    assert one == pytest.approx(other, rel=1e-12)
    assert one > 0


def test_pitchers_who_bat_do_not_make_the_league(store: Store) -> None:
    write_counts(store, 2009, {1: whiffs(100, 10), 2: whiffs(100, 20)})
    without = sequence_block(store, "batter", targets((2010, 1))).values
    write_counts(store, 2009, {1: whiffs(100, 10), 2: whiffs(100, 20), 3: {**whiffs(50, 40), "pa": 60}})
    assert (sequence_block(store, "batter", targets((2010, 1))).values != without).any()  # as long as 3 only bats
    write_counts(store, 2009, {3: {"pa": 700}}, kind="pitcher")
    assert sequence_block(store, "batter", targets((2010, 1))).values.tobytes() == without.tobytes()


def test_families_are_blocks_and_the_block_is_their_join(three_seasons: Store) -> None:
    wanted = targets((2020, 1), (2020, 2))
    blocks = sequence_blocks(three_seasons, "batter", wanted)
    assert [block.name for block in blocks] == [
        "discipline",
        "battedball",
        "spray",
        "platoon",
        "opposition",
        "recency",
    ]
    whole = sequence_block(three_seasons, "batter", wanted)
    assert whole.columns == tuple(name for block in blocks for name in block.columns)
    assert whole.values.shape == (2, 68)
    assert not set(whole.columns) & set(context_block(three_seasons, "batter", wanted).columns)


def test_context_tells_a_starters_outings_from_a_relievers(store: Store) -> None:
    starter = {"pa": 270, **{f"index_{start}_pa": 30 for start in (0, 3, 6, 9, 12, 15, 24)}, "index_18_pa": 60}
    reliever = {"pa": 270, "index_0_pa": 200, "index_3_pa": 70}
    write_counts(store, 2009, {1: starter, 2: reliever}, kind="pitcher")
    block = context_block(store, "pitcher", targets((2010, 1), (2010, 2)))
    assert len(block.columns) == 11
    first, late = (column(block.values, block.columns, name) for name in ("outing_start", "outing_from_18"))
    least = HALF_POINT_SHARE * 50
    assert first[0] == pytest.approx((30 - 270 * 230 / 540) / (270 + least))
    assert first[0] < 0 < first[1]
    assert late[1] < 0 < late[0]


def test_every_rate_reads_counts_that_the_table_holds() -> None:
    for rate in (*SEQUENCE_RATES, *CONTEXT_RATES):
        assert {rate.numerator, *(name.lstrip("-") for name in rate.denominator)} <= set(COUNTED), rate.name
        assert min(rate.batter_half, rate.pitcher_half) > 0
