"""The files of people: Lahman's, and the register of ids."""

from collections.abc import Sequence

from fbm_pipeline.simulated_league.lahman_files import Row
from fbm_pipeline.simulated_league.players import Player


def people_rows(players: Sequence[Player]) -> list[Row]:
    """Biographies of everyone who has played in the majors."""
    rows = []
    for player in players:
        identity, birth = player.identity, player.birth
        rows.append(
            {
                "playerID": identity.lahman_id,
                "birthYear": birth.year,
                "birthMonth": birth.month,
                "birthDay": birth.day,
                "birthCountry": "USA",
                "nameFirst": identity.first,
                "nameLast": identity.last,
                "nameGiven": identity.first,
                "weight": player.weight,
                "height": player.height,
                "bats": player.bats,
                "throws": player.throws,
                "debut": None if player.debut is None else player.debut.isoformat(),
                "bbrefID": identity.lahman_id,
                "finalGame": None if player.last_game is None else player.last_game.isoformat(),
                "retroID": identity.retro_id,
                "birthDate": birth.isoformat(),
            }
        )
    return [dict(row) for row in rows]


def register_rows(players: Sequence[Player]) -> list[Row]:
    """The register: everyone, with Retrosheet and Baseball-Reference ids for those who reached the majors."""
    rows: list[Row] = []
    for player in players:
        identity, birth = player.identity, player.birth
        in_majors = player.debut is not None
        rows.append(
            {
                "key_person": identity.person_key,
                "key_mlbam": identity.mlbam_id,
                "key_retro": identity.retro_id if in_majors else None,
                "key_bbref": identity.lahman_id if in_majors else None,
                "key_bbref_minors": identity.minors_id,
                "key_fangraphs": identity.fangraphs_id,
                "name_last": identity.last,
                "name_first": identity.first,
                "name_given": identity.first,
                "birth_year": birth.year,
                "birth_month": birth.month,
                "birth_day": birth.day,
            }
        )
    return rows
