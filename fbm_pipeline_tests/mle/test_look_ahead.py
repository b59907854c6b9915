"""Nothing of the season projected or a later one is in what is told before it; of an earlier one it is."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.mle.minor_lines import CLUB_SEASONS
from fbm_pipeline.mle.tables import MLE_RATES, MLE_TRANSLATIONS
from fbm_pipeline.mle.teaching import SEASONS_TAUGHT
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import make_debut_means, make_mle_rates, make_translations
from fbm_pipeline_tests.mle.conftest import TARGET

BUILDS = {
    "features.mle_translations": make_translations,
    "features.debut_means": make_debut_means,
    "features.mle_rates": make_mle_rates,
}
COUNTS = {"core.season_lines": ("so", "hr"), "core.minor_lines": ("so", "hr"), "features.marcel_rates": ("rate",)}


def test_windows_are_as_wide_as_what_teaches() -> None:
    """A window that is too narrow hides seasons without a word."""
    behind = SEASONS_BACK + CLUB_SEASONS - 1
    translations, rates = MLE_TRANSLATIONS.reads, MLE_RATES.reads
    assert translations["features.marcel_rates"].back == SEASONS_TAUGHT
    assert translations["core.season_lines"].back == SEASONS_TAUGHT + SEASONS_BACK
    assert translations["core.minor_lines"].back == SEASONS_TAUGHT + behind
    assert rates["core.season_lines"].back == SEASONS_BACK
    assert rates["core.minor_lines"].back == behind


def alter(store: Store, name: str, *seasons: int) -> None:
    """Make of every row's counts (or rates) of these seasons something else, more for some players than for others."""
    for part in store.partitions(name):
        if part["season"] not in seasons:
            continue
        filters = [(column, "=", value) for column, value in part.items()]
        table = store.delta(name).to_pyarrow_table(filters=filters)
        odd = pc.add(pc.bit_wise_and(table.column("mlbam_id"), 3), 1)
        for column in COUNTS[name]:
            place = table.schema.get_field_index(column)
            changed = pc.multiply(table.column(column), pc.cast(odd, table.schema.field(column).type))
            table = table.set_column(place, table.schema.field(column), pc.divide(changed, pa.scalar(2, changed.type)))
        store.write(name, part, table)


def hashes(store: Store, player_type: str) -> dict[str, str]:
    """Content of the three tables of TARGET, made anew from what the store holds now."""
    for name in BUILDS:
        store.drop(name, {"player_type": player_type, "season": TARGET})
    found = {}
    for name, build in BUILDS.items():
        written = build(store, player_type, TARGET)
        assert not written.skipped
        found[name] = written.content_hash
    return found


def stored(store: Store, player_type: str) -> dict[str, str]:
    """Content of the three tables of TARGET, which count nothing that was altered since among their inputs."""
    found = {}
    for name, build in BUILDS.items():
        written = build(store, player_type, TARGET)
        assert written.skipped, f"{name} counts a later season among its inputs"
        found[name] = written.content_hash
    return found


def alter_what_is_to_come(store: Store) -> None:
    alter(store, "core.season_lines", TARGET, TARGET + 1)
    alter(store, "core.minor_lines", TARGET, TARGET + 1)
    alter(store, "features.marcel_rates", TARGET + 1)


def test_the_season_projected_and_later_ones_change_nothing(league: Store, altered: Store) -> None:
    before = {player_type: stored(league, player_type) for player_type in PLAYER_TYPES}
    alter_what_is_to_come(altered)
    for player_type in PLAYER_TYPES:
        assert hashes(altered, player_type) == before[player_type]
    alter_what_is_to_come(altered)
    for player_type in PLAYER_TYPES:
        assert stored(altered, player_type) == before[player_type]


@pytest.mark.parametrize(
    ("name", "season", "changed"),
    [
        ("core.season_lines", TARGET - 1, set(BUILDS)),
        ("core.minor_lines", TARGET - 1, {"features.mle_rates"}),  # no target season before TARGET has it behind it
        ("core.minor_lines", TARGET - 2, {"features.mle_translations", "features.mle_rates"}),
        ("features.marcel_rates", TARGET - 1, {"features.mle_translations", "features.mle_rates"}),
        ("features.marcel_rates", TARGET, {"features.mle_rates"}),
    ],
)
def test_earlier_seasons_do_change_it(league: Store, altered: Store, name: str, season: int, changed: set[str]) -> None:
    before = stored(league, "batter")
    alter(altered, name, season)
    after = hashes(altered, "batter")
    assert {table for table in BUILDS if after[table] != before[table]} == changed
