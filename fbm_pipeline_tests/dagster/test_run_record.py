"""The record of a run says what the home's contents cost, also when a run was taken up again."""

from fbm_pipeline.defs.run_record import merge_record


def record(peak: float, **steps: float) -> dict:
    return {"preset": "real", "data": "real", "success": True, "steps": steps, "wall_s": 1.0, "peak_mb": peak}


def test_a_step_that_was_not_made_again_keeps_its_seconds() -> None:
    merged = merge_record(
        record(900.0, pitches=98.0, encoder=5.0), record(700.0, pitches=2.0, encoder=60.0), {"pitches"}
    )
    assert merged["steps"] == {"pitches": 98.0, "encoder": 60.0}
    assert merged["total_s"] == 158.0
    assert merged["peak_mb"] == 900.0


def test_a_stopped_run_keeps_the_seconds_of_the_steps_that_it_did_not_come_to() -> None:
    stopped = record(700.0, pitches=2.0) | {"success": False, "stopped": True}
    merged = merge_record(record(900.0, pitches=98.0, encoder=5.0), stopped, {"pitches"})
    assert merged["steps"] == {"pitches": 98.0, "encoder": 5.0}
    assert not merged["success"]


def test_another_kind_of_data_is_no_predecessor() -> None:
    simulated = record(900.0, pitches=98.0) | {"data": "simulated"}
    merged = merge_record(simulated, record(700.0, pitches=2.0), {"pitches"})
    assert (merged["steps"], merged["peak_mb"], merged["total_s"]) == ({"pitches": 2.0}, 700.0, 2.0)


def test_a_first_run_stands_alone() -> None:
    assert merge_record(None, record(700.0, pitches=2.0), set())["total_s"] == 2.0
