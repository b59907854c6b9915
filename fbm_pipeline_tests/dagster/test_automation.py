"""The automation condition: unchanged content requests nothing, changed content what reads it, once."""

import dagster as dg
import pytest

from fbm_pipeline.baseball.calendar import SEASONS
from fbm_pipeline_tests.dagster.conftest import LINES, RATES, SCORES


class Ticks:
    """The automation sensor's ticks over one instance."""

    def __init__(self, defs: dg.Definitions) -> None:
        self.defs, self.instance, self.cursor = defs, dg.DagsterInstance.ephemeral(), None

    def next(self) -> dict[str, set[str | None]]:
        result = dg.evaluate_automation_conditions(self.defs, self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        return {
            key.to_user_string(): set(result.get_requested_partitions(key))
            for key in (RATES, SCORES)
            if result.get_num_requested(key)
        }


@pytest.fixture
def ticks(small_graph: dg.Definitions) -> Ticks:
    return Ticks(small_graph)


def test_the_first_tick_after_a_full_run_requests_nothing(ticks, run_range) -> None:
    run_range(ticks.instance)
    assert ticks.next() == {}
    assert ticks.next() == {}


def test_unchanged_content_requests_nothing(ticks, run_range) -> None:
    run_range(ticks.instance)
    ticks.next()
    run_range(ticks.instance, LINES)
    assert ticks.next() == {}


def test_changed_content_requests_what_reads_it_once(ticks, folder, run_range) -> None:
    run_range(ticks.instance)
    ticks.next()
    folder.content[2018] = "changed"
    run_range(ticks.instance, LINES)
    assert ticks.next() == {"batter/rates": {str(season) for season in SEASONS if season >= 2018}}
    assert "batter/rates" not in ticks.next()


def test_what_reads_a_change_on_two_ways_waits_for_the_longer_one(ticks, folder, run_range) -> None:
    run_range(ticks.instance)
    ticks.next()
    folder.content[2018] = "changed"
    run_range(ticks.instance, LINES)
    assert "scores" not in ticks.next()
    run_range(ticks.instance, RATES, last=2026)
    assert ticks.next() == {"scores": {None}}
    run_range(ticks.instance, SCORES)
    assert ticks.next() == {}


def test_a_full_run_by_hand_leaves_nothing_of_what_it_made_to_request(ticks, folder, run_range) -> None:
    run_range(ticks.instance)
    ticks.next()
    folder.content[2018] = "changed"
    run_range(ticks.instance)
    requested = ticks.next()
    assert "scores" not in requested
    assert requested.get("batter/rates", set()) & {str(season) for season in folder.content} == set()
