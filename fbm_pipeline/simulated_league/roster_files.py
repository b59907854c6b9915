"""Retrosheet's rosters: everybody who appeared for a club."""

from fbm_pipeline.simulated_league.retrosheet_files import Columns
from fbm_pipeline.simulated_league.seasons import Season


def roster_columns(season: Season, appeared: list[tuple[int, int]]) -> Columns:
    """One row per player and club; `appeared` holds (player, club) positions."""
    rows = [(season.players[player], season.clubs[club]) for player, club in sorted(appeared)]
    outfield = {"LF": "OF", "CF": "OF", "RF": "OF", "DH": "OF"}
    return {
        "season": [season.season] * len(rows),
        "team": [club.retro for _, club in rows],
        "retro_id": [player.identity.retro_id for player, _ in rows],
        "last": [player.identity.last for player, _ in rows],
        "first": [player.identity.first for player, _ in rows],
        "bats": [player.bats for player, _ in rows],
        "throws": [player.throws for player, _ in rows],
        "pos": [outfield.get(player.position, player.position) for player, _ in rows],
    }
