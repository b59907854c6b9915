"""Which target seasons teach a translation, and which seasons of the minors they ask for."""

from collections.abc import Sequence

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.mle.minor_lines import CLUB_SEASONS
from fbm_pipeline.store.tables import Store

SEASONS_TAUGHT = 12  # target seasons before the one projected that teach: levels change with time


def teaching_seasons(store: Store, season: int) -> list[int]:
    """Target seasons before `season` that can teach it: Marcel projected them, and minor-league lines lie behind.

    The last SEASONS_TAUGHT at most, without the short one.
    """
    rated = {int(part["season"]) for part in store.partitions("features.marcel_rates")}
    has_minors = {int(part["season"]) for part in store.partitions("core.minor_lines")}
    played = {int(part["season"]) for part in store.partitions("core.season_lines")}
    targets = range(season - SEASONS_TAUGHT, season)
    return [
        year
        for year in targets
        if year in rated & played and year != SHORT_SEASON and has_minors & set(range(year - SEASONS_BACK, year))
    ]


def first_minor_season(targets: Sequence[int]) -> int:
    """The first season of minor-league lines that evidence reads: the oldest line, and the seasons of its club."""
    return min(targets) - SEASONS_BACK - (CLUB_SEASONS - 1)
