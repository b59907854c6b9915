"""A block in the control: pooled and drawn to the league as it should be, from seasons before the target only."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.controls.fits import CONTROL_PENALTY, fit_both
from fbm_pipeline.controls.learned_controls import (
    BLOCKS,
    FORMS,
    READINGS,
    TABLE,
    Arm,
    block_rates,
    control_parts,
    learned_block,
    read_vectors,
    system_rates,
    with_block,
)
from fbm_pipeline.presets.presets import EncoderPlan
from fbm_pipeline.settings import SettingsError
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.controls.planted_blocks import (
    CUTOFF,
    IDS,
    PLAYERS,
    PRESET,
    frame_of,
    hidden,
    write_block,
    write_blocks,
    write_controls,
)

SEASON = 2016


def write_three_seasons(store: Store, block: str) -> None:
    """A player with 100, 400 and 50 plate appearances one, two and three years before 2016, one with the first only."""
    schema = store.contracts[TABLE].schema
    told = {2015: (100, [1.0, 0.0]), 2014: (400, [0.0, 2.0]), 2013: (50, [4.0, 4.0]), 2012: (900, [9.0, 9.0])}
    rows = [
        {
            "block": block,
            "cutoff": CUTOFF,
            "season": season,
            "player_type": "batter",
            "mlbam_id": int(player),
            "plate_appearances": float(count),
            "vector": vector,
        }
        for season, (count, vector) in told.items()
        for player in IDS[:2]
        if player == IDS[0] or season == 2015
    ]
    store.write(TABLE, {"block": block, "cutoff": CUTOFF}, pa.Table.from_pylist(rows, schema=schema))


def projected_values(store: Store, block: str) -> np.ndarray:
    frame = frame_of("batter", SEASON)
    found, _ = learned_block(store, block, CUTOFF, "batter", frame)
    return found.values[frame.projected]


def test_seasons_are_weighted_and_drawn_to_the_league(store: Store) -> None:
    write_three_seasons(store, "masked")
    values = projected_values(store, "masked")
    below = 100 + 0.75 * 400 + 0.5 * 50 + 120
    assert values[0] == pytest.approx([(100 * 1 + 25 * 4) / below, (300 * 2 + 25 * 4) / below])
    assert values[1] == pytest.approx([100 / 220, 0])
    assert (values[2:] == 0).all()


def test_a_posterior_is_used_as_it_is(store: Store) -> None:
    write_three_seasons(store, "vectors")
    values = projected_values(store, "vectors")
    assert values[:2].tolist() == [[1, 0], [1, 0]]
    assert (values[2:] == 0).all()


@pytest.mark.parametrize("block", ["masked", "vectors"])
def test_the_target_season_and_later_ones_are_not_read(store: Store, block: str) -> None:
    write_block(store, block, np.random.default_rng(3).normal(size=(PLAYERS, 3)), range(2009, 2019))
    _, before = block_rates(store, PRESET, "batter", SEASON, block, "beside", frame_of("batter", SEASON))
    table = store.delta(TABLE).to_pyarrow_table()
    for first, same in ((SEASON, True), (SEASON - 1, False)):
        late = pc.greater_equal(table.column("season"), first)
        wild = pa.array([[50.0, -50.0, 9.0 * (row % 7)] for row in range(table.num_rows)], pa.list_(pa.float32()))
        vectors = pc.if_else(late, wild, table.column("vector").combine_chunks())
        changed = table.set_column(table.schema.get_field_index("vector"), table.schema.field("vector"), vectors)
        store.write(TABLE, {"block": block, "cutoff": CUTOFF}, changed)
        _, after = block_rates(store, PRESET, "batter", SEASON, block, "beside", frame_of("batter", SEASON))
        assert (after == before).all() == same
        assert read_vectors(store, block, CUTOFF, "batter", SEASON).season.max() == SEASON - 1


def test_every_row_sees_only_what_lay_before_its_own_target(store: Store) -> None:
    write_block(store, "masked", hidden()[:, None], [2015])
    frame = frame_of("batter", SEASON)
    found, first = learned_block(store, "masked", CUTOFF, "batter", frame)
    assert first == 2015
    told = np.abs(found.values[:, 0]) > 0
    assert told[frame.players.season == 2016].all()
    assert not told[frame.players.season <= 2015].any()


def test_targets_before_all_that_a_block_tells_do_not_teach(store: Store) -> None:
    write_block(store, "masked", hidden()[:, None], [2013, 2014, 2015])
    frame = frame_of("batter", SEASON)
    weight = with_block(frame, *learned_block(store, "masked", CUTOFF, "batter", frame)).weight
    assert set(frame.players.season[weight > 0]) == {2014, 2015}


@pytest.mark.parametrize("reading", READINGS)
def test_a_block_that_knows_is_heard_and_noise_is_not(store: Store, reading: str) -> None:
    write_blocks(store, signal="masked")
    frame = frame_of("pitcher", SEASON)
    agreement = {}
    for block in ("masked", "untrained"):
        ids, rates = block_rates(store, PRESET, "pitcher", SEASON, block, reading, frame)
        assert (ids == IDS).all()
        assert rates.shape == (PLAYERS, len(frame.names))
        agreement[block] = np.corrcoef(rates[:, 0], hidden())[0, 1]
    assert agreement["masked"] > 0.95
    assert abs(agreement["untrained"]) < 0.4


def test_the_forms_read_what_they_say(store: Store) -> None:
    write_blocks(store, signal="masked")
    frame, penalty = frame_of("batter", SEASON), CONTROL_PENALTY["batter"]
    with_it = with_block(frame, *learned_block(store, "masked", CUTOFF, "batter", frame))
    for arm, families in (
        (Arm("context"), ("lines", "context")),
        (Arm("masked"), ("lines", "context", "learned")),
        (Arm("masked", "on_top"), (*frame.blocks, "learned")),
    ):
        _, rates = block_rates(store, PRESET, "batter", SEASON, arm.block, arm.form, frame)
        assert (rates == fit_both(with_it, families, penalty, None)[0]).all()


def test_a_form_says_what_takes_the_place_of_the_controls_ridge(store: Store) -> None:
    write_blocks(store, signal="masked")
    write_controls(store, [SEASON])
    place = (store, PRESET, "batter", SEASON)
    frame = frame_of("batter", SEASON)
    parts = control_parts(store, "batter", SEASON, frame)
    assert parts["control"].shape == (PLAYERS, 11)
    beside, on_top = (block_rates(*place, "masked", reading, frame)[1] for reading in READINGS)
    ridges = {
        "beside": (parts["control_ridge"] + beside) / 2,
        "on_top": on_top,
        "averaged": (beside + on_top) / 2,
    }
    for form, ridge in ridges.items():
        found = system_rates(*place, Arm("masked", form), frame, parts)
        assert found == pytest.approx((ridge + parts["control_trees"]) / 2, abs=1e-15)


def test_an_unknown_reading_is_refused(store: Store) -> None:
    with pytest.raises(EvaluationError, match="no reading 'averaged'"):
        block_rates(store, PRESET, "batter", SEASON, "masked", "averaged", frame_of("batter", SEASON))


def test_a_control_that_leaves_players_out_is_refused(store: Store) -> None:
    write_controls(store, [SEASON], players=PLAYERS - 7)
    with pytest.raises(EvaluationError, match=f"lacks control_ridge of 7 of {PLAYERS} players"):
        control_parts(store, "batter", SEASON, frame_of("batter", SEASON))


def test_an_encoder_that_has_seen_the_season_is_refused(store: Store) -> None:
    write_blocks(store, signal="masked")
    for cutoff in (SEASON, SEASON + 1):
        with pytest.raises(EvaluationError, match=f"cutoff {cutoff} has seen the season 2016"):
            learned_block(store, "masked", cutoff, "batter", frame_of("batter", SEASON))
    late = replace(PRESET, encoders=(EncoderPlan(2016, 2009),))
    with pytest.raises(SettingsError, match="has no encoder for 2016"):
        block_rates(store, late, "batter", SEASON, "masked", "beside", frame_of("batter", SEASON))


def test_the_latest_encoder_before_the_projected_season_serves_all_rows(store: Store) -> None:
    write_block(store, "masked", hidden()[:, None])
    write_block(store, "masked", np.random.default_rng(7).normal(size=(PLAYERS, 2)), cutoff=2013)
    two = replace(PRESET, encoders=(EncoderPlan(CUTOFF, 2009), EncoderPlan(2013, 2009), EncoderPlan(2016, 2009)))
    _, rates = block_rates(store, two, "batter", SEASON, "masked", "beside", frame_of("batter", SEASON))
    only = replace(PRESET, encoders=(EncoderPlan(2013, 2009),))
    _, expected = block_rates(store, only, "batter", SEASON, "masked", "beside", frame_of("batter", SEASON))
    assert (rates == expected).all()


@pytest.mark.parametrize(
    ("block", "form", "told"),
    [
        ("mask", "beside", "block 'mask' is unknown, expected one of masked"),
        ("masked", "below", "form 'below' is unknown, expected one of beside, on_top"),
        ("context", "on_top", "would be control_ridge itself"),
    ],
)
def test_names_that_are_none_are_refused(block: str, form: str, told: str) -> None:
    with pytest.raises(EvaluationError, match=told):
        Arm(block, form)


def test_a_block_that_is_not_there_or_not_whole_is_refused(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match="learned_blocks"):
        read_vectors(store, "masked", CUTOFF, "batter", SEASON)
    write_block(store, "masked", np.ones((PLAYERS, 2)))
    with pytest.raises(
        EvaluationError, match="no batters of block untrained, cutoff 2011, before 2016; it holds masked"
    ):
        read_vectors(store, "untrained", CUTOFF, "batter", SEASON)
    write_block(store, "masked", np.full((PLAYERS, 2), np.nan))
    with pytest.raises(EvaluationError, match="vectors are not finite"):
        read_vectors(store, "masked", CUTOFF, "batter", SEASON)
    table = store.delta(TABLE).to_pyarrow_table()
    uneven = pa.array([[1.0] * (1 + row % 2) for row in range(table.num_rows)], pa.list_(pa.float32()))
    at = table.schema.get_field_index("vector")
    store.write(TABLE, {"block": "masked", "cutoff": CUTOFF}, table.set_column(at, table.schema.field(at), uneven))
    with pytest.raises(EvaluationError, match="widths \\[1, 2\\]"):
        read_vectors(store, "masked", CUTOFF, "batter", SEASON)


def test_arms_have_names_of_their_own() -> None:
    names = [Arm("context").name, *(Arm(block, form).name for block in BLOCKS for form in FORMS)]
    assert len(set(names)) == 1 + len(FORMS) * len(BLOCKS)
    assert names[:3] == ["context", "masked", "masked_on_top"]
