"""Both schedules warm up and end near zero."""

import pytest

from fbm_pipeline.nn.schedule import learning_rate_at, learning_rate_by_share


@pytest.mark.parametrize("schedule", [learning_rate_at, learning_rate_by_share])
def test_the_schedule_warms_up_and_ends_near_zero(schedule) -> None:  # type: ignore[no-untyped-def]
    rates = [schedule(step, 100, 1.0) for step in range(100)]
    assert rates[0] == pytest.approx(0.2, abs=0.05)
    assert max(rates) == pytest.approx(1.0)
    assert rates.index(max(rates)) in (4, 5)
    assert rates[-1] < 0.01
