"""What a control is made from, as hashes: a table's partitions, the seasons before, and all that tells of parks.

Not here: what is not of parks (`controls.residual_key`), and reading any of it (the blocks).
"""

from collections.abc import Mapping, Sequence

from fbm_pipeline.controls.minors_block import PRIOR_STATEMENT
from fbm_pipeline.controls.minors_block import STATEMENT as MOVES
from fbm_pipeline.controls.minors_block import TABLE as MINORS
from fbm_pipeline.controls.parks_block import HOME_PARKS
from fbm_pipeline.parks.coming_clubs import LAST_CLUBS, WINTER_ROSTERS, rosters_content
from fbm_pipeline.parks.park_exposure import EXPOSURE
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.tables import Store

PARK_STATEMENTS = (EXPOSURE, LAST_CLUBS, WINTER_ROSTERS, HOME_PARKS)


def seasons_before(store: Store, season: int) -> list[int]:
    """The seasons before one whose lines are held."""
    held = {int(part["season"]) for part in store.partitions("core.season_lines")}
    return sorted(year for year in held if year < season)


def contents(store: Store, name: str, partitions: Sequence[Mapping[str, int | str]]) -> dict[str, str]:
    """Hashes of what these partitions of a table hold."""
    return {str(dict(partition)): store.content(name, partition) for partition in partitions}


def minors_contents(store: Store, player_type: str, targets: Sequence[int]) -> list[object]:
    """What the controls with the minors read for these target seasons."""
    partitions: list[Mapping[str, int | str]] = [{"player_type": player_type, "season": year} for year in targets]
    return [contents(store, MINORS, partitions), statement(MOVES), statement(PRIOR_STATEMENT)]


def parks_contents(store: Store, targets: Sequence[int]) -> list[object]:
    """What `parks_block` reads for these target seasons, the last one the season projected."""
    before = [{"season": year} for year in seasons_before(store, targets[-1])]
    return [
        contents(store, "features.park_factors", [{"season": year} for year in targets]),
        *(contents(store, f"core.{name}", before) for name in ("plate_appearances", "player_games", "games")),
        [statement(name) for name in PARK_STATEMENTS],
        rosters_content(store, targets),
    ]
