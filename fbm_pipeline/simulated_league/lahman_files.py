"""The Lahman database of the simulated league (people, and lines by season), and the register of ids.

Belongs here: official totals with their stints. Not here: how they were counted (`books`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from fbm_pipeline.simulated_league.books import BattingLines, PitchingLines
from fbm_pipeline.simulated_league.formats import SCHEMAS, renamed
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.simulated_league.seasons import Season, hits

Row = dict[str, object]


class Stints:
    """Numbers a player's clubs within a season in the order in which he joined them."""

    def __init__(self, season: Season) -> None:
        seen: dict[int, list[int]] = defaultdict(list)
        regular = season.is_regular()
        club_by_side = [(sheet.fixture.away, sheet.fixture.home) for sheet in season.sheets]
        for number in np.flatnonzero(regular):
            for side in (0, 1):
                for player in season.sheets[number].lineups[side]:
                    if club_by_side[number][side] not in seen[player]:
                        seen[player].append(club_by_side[number][side])
        plays = season.plays
        for game, bottom, pitcher in _distinct(plays["game"], plays["bottom"], plays["pitcher"]):
            club = club_by_side[game][1 - bottom]
            if regular[game] and club not in seen[pitcher]:
                seen[pitcher].append(club)
        self.appeared = [(player, club) for player, clubs in seen.items() for club in clubs]
        self._clubs = seen

    def number(self, player: int, club: int) -> int:
        return self._clubs[player].index(club) + 1


def _distinct(*columns: np.ndarray) -> Iterable[tuple[int, ...]]:
    return dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True))


def _key(season: Season, stints: Stints, player: int, club: int) -> Row:
    return {
        "playerID": season.players[player].identity.lahman_id,
        "yearID": season.season,
        "stint": stints.number(player, club),
        "teamID": season.clubs[club].lahman,
        "lgID": season.clubs[club].league,
    }


def batting_rows(season: Season, lines: BattingLines, pitching: Sequence[Row], stints: Stints) -> list[Row]:
    """Batters' lines, and lines of zeros for the pitchers, whom the designated hitter keeps from batting."""
    summed = renamed(lines.counts, "AB:ab 2B:double 3B:triple HR:hr BB:walk SO:k IBB:iw HBP:hbp SH:sh SF:sf") | {
        "H": hits(lines.counts),
        "R": lines.runs,
        "RBI": lines.batted_in,
        "SB": lines.stolen,
        "CS": lines.caught,
        "GIDP": lines.double_plays,
    }
    rows = []
    for i, (player, club) in enumerate(zip(lines.player.tolist(), lines.club.tolist(), strict=True)):
        counts = {name: int(values[i]) for name, values in summed.items()}
        rows.append(_key(season, stints, player, club) | {"G": int(lines.games[i])} | counts)
    zeros = dict.fromkeys(summed, 0)
    for line in pitching:
        shared = {name: line[name] for name in ("playerID", "yearID", "stint", "teamID", "lgID", "G")}
        rows.append(shared | zeros)
    return rows


def pitching_rows(season: Season, lines: PitchingLines, stints: Stints) -> list[Row]:
    """Pitchers' lines: sums of their lines by game, regular season only."""
    home_away = np.array([(sheet.fixture.away, sheet.fixture.home) for sheet in season.sheets])
    club = home_away[lines.game, lines.is_home.astype(int)]
    kept = season.is_regular()[lines.game]
    complete = lines.is_last & (lines.sequence == 1)
    summed = renamed(lines.counts, "HR:hr BB:walk SO:k IBB:iw HBP:hbp BFP:pa SH:sh SF:sf AB:ab") | {
        "W": lines.won,
        "L": lines.lost,
        "GS": lines.sequence == 1,
        "CG": complete,
        "SHO": complete & (lines.runs == 0),
        "SV": lines.saved,
        "IPouts": lines.outs,
        "H": hits(lines.counts),
        "ER": lines.earned,
        "GF": lines.is_last & (lines.sequence > 1),
        "R": lines.runs,
    }
    rows = []
    for player, its_club in _distinct(lines.pitcher[kept], club[kept]):
        of_stint = kept & (lines.pitcher == player) & (club == its_club)
        row = _key(season, stints, player, its_club) | {"G": int(of_stint.sum())}
        totals = {name: int(values[of_stint].sum()) for name, values in summed.items()}
        at_bats = totals.pop("AB")
        row |= totals
        row["BAOpp"] = round(totals["H"] / at_bats, 3) if at_bats else None
        row["ERA"] = round(27.0 * totals["ER"] / totals["IPouts"], 2) if totals["IPouts"] else None
        row |= {"WP": 0, "BK": 0, "GIDP": None}
        rows.append(row)
    return rows


_POSITIONS = SCHEMAS["Appearances"].names[SCHEMAS["Appearances"].names.index("G_p") :]


def appearance_rows(season: Season, lines: BattingLines, pitching: Sequence[Row]) -> list[Row]:
    """Games by position; every batter plays the position that his roster gives him."""
    rows = []
    for player, club, games in zip(lines.player.tolist(), lines.club.tolist(), lines.games.tolist(), strict=True):
        who, position = season.clubs[club], season.players[player].position
        row: Row = {
            "yearID": season.season,
            "teamID": who.lahman,
            "lgID": who.league,
            "playerID": season.players[player].identity.lahman_id,
            "G_all": games,
            "GS": games,
            "G_batting": games,
            "G_defense": 0 if position == "DH" else games,
        }
        row |= dict.fromkeys(_POSITIONS, 0)
        row[f"G_{position.lower()}"] = games
        row["G_of"] = games if position in ("LF", "CF", "RF") else 0
        rows.append(row)
    for line in pitching:
        row = {name: line[name] for name in ("yearID", "teamID", "lgID", "playerID")}
        row |= {"G_all": line["G"], "GS": line["GS"], "G_batting": line["G"], "G_defense": line["G"]}
        row |= dict.fromkeys(_POSITIONS, 0) | {"G_p": line["G"]}
        rows.append(row)
    return rows


def team_rows(season: Season, batting: Sequence[Row], pitching: Sequence[Row]) -> list[Row]:
    """Clubs' totals and codes."""
    rows = []
    for place, club in enumerate(season.clubs):
        games = [s for s in season.sheets if s.fixture.game_type == "R" and place in (s.fixture.home, s.fixture.away)]
        won = sum((s.score[1] > s.score[0]) == (s.fixture.home == place) for s in games)
        bat = _sums(batting, club.lahman, ("R", "AB", "H", "2B", "3B", "HR", "BB", "SO", "SB", "CS", "HBP", "SF"))
        pit = _sums(pitching, club.lahman, ("R", "ER", "CG", "SHO", "SV", "IPouts", "H", "HR", "BB", "SO"))
        pit = renamed(pit, "RA:R ER:ER CG:CG SHO:SHO SV:SV IPouts:IPouts HA:H HRA:HR BBA:BB SOA:SO")
        row: Row = {
            "yearID": season.season,
            "lgID": club.league,
            "teamID": club.lahman,
            "franchID": club.bbref,
            "G": len(games),
            "Ghome": sum(s.fixture.home == place for s in games),
            "W": won,
            "L": len(games) - won,
            "name": club.name,
            "park": club.park_name,
            "BPF": 100,
            "PPF": 100,
            "teamIDBR": club.bbref,
            "teamIDlahman45": club.lahman,
            "teamIDretro": club.retro,
        }
        row |= bat | pit
        row["ERA"] = round(27.0 * pit["ER"] / max(pit["IPouts"], 1), 2)
        rows.append(row)
    return rows


def _sums(rows: Sequence[Row], team: str, names: Sequence[str]) -> dict[str, int]:
    team_rows = [row for row in rows if row["teamID"] == team]
    return {name: sum(int(str(row[name])) for row in team_rows) for name in names}


def people_rows(players: Sequence[Player]) -> list[Row]:
    """Biographies of everyone who has played in the majors."""
    rows: list[Row] = []
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
    return rows


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
