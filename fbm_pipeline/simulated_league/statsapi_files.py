"""StatsAPI's files of the simulated league: the clubs' rosters before a season, and lines of minor-league pitchers.

Belongs here: their shape. Nothing is drawn here: all is derived from who is where and what he did. Not here: how the
lines came about (`minor_leagues`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.careers import Roster
from fbm_pipeline.simulated_league.clubs import Club
from fbm_pipeline.simulated_league.formats import renamed
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.sources.club_roster_fetch import ROSTER_TYPE
from fbm_pipeline.sources.statsapi import BASE_URL, SPORTS

Object = dict[str, object]

_FIRST_CLUB, _FIRST_TEAM = 108, 400  # ids: clubs as StatsAPI begins to count them, minor-league teams behind
_LEAGUES = {"AAA": "International League", "AA": "Southern League"}
_BATTERS_A_START, _BATTERS_A_RELIEF = 22, 6


def roster_date(season: int) -> dt.date:
    """The day of the preseason on which the rosters are taken."""
    return dt.date(season, 2, 20)


def roster_document(season: int, clubs: Sequence[Club], rosters: Sequence[Roster]) -> Object:
    """The rosters with which the clubs go into a season; whoever comes up in July is not yet on one."""
    date = roster_date(season).isoformat()
    entries = [
        {
            "team": {"id": _FIRST_CLUB + place, "name": club.name, "abbreviation": club.statcast},
            "roster": [_rostered(player) for player in (*roster.hitters, *roster.pitchers)],
        }
        for place, (club, roster) in enumerate(zip(clubs, rosters, strict=True))
    ]
    return {
        "source": f"{BASE_URL}/api/v1/teams",
        "rosterType": ROSTER_TYPE,
        "date": date,
        "fetched_at": date,
        "complete": False,
        "clubs": entries,
    }


def _rostered(player: Player) -> Object:
    identity = player.identity
    return {
        "person": {"id": identity.mlbam_id, "fullName": identity.name},
        "position": {"abbreviation": player.position},
        "status": {"code": "A", "description": "Active"},
    }


def pitching_split(player: Player, season: int, level: str, place: int, counts: Mapping[str, int]) -> Object:
    """One pitcher's season at a level, for the team of the club at `place`; half of all pitchers start."""
    starts = player.arsenal_seed % 2 == 0
    faced, outs = counts["pa"], counts["so"] + counts["out"]
    games = max(faced // (_BATTERS_A_START if starts else _BATTERS_A_RELIEF), 1)
    stat = {
        "age": int(player.age(season)),
        "gamesPlayed": games,
        "gamesStarted": games if starts else 0,
        "runs": _runs(counts),
        "earnedRuns": int(0.92 * _runs(counts)),
        **renamed(counts, "doubles:double triples:triple homeRuns:hr strikeOuts:so baseOnBalls:bb"),
        "intentionalWalks": 0,
        **renamed(counts, "hits:h hitBatsmen:hbp atBats:ab"),
        "inningsPitched": f"{outs // 3}.{outs % 3}",
        "battersFaced": faced,
        "numberOfPitches": int(faced * 3.9),
        "sacFlies": counts["sf"],
        **dict.fromkeys(("sacBunts", "wins", "losses", "saves"), 0),
    }
    return {
        "season": str(season),
        "stat": stat,
        "team": {"id": _FIRST_TEAM + place},
        "player": {"id": player.identity.mlbam_id, "fullName": player.identity.name},
        "league": {"name": _LEAGUES[level]},
        "sport": {"id": SPORTS[level]},
    }


def _runs(counts: Mapping[str, int]) -> int:
    """Runs from linear weights, above an inning of outs only."""
    weighted = sum(value * counts[name] for name, value in zip(talent.COMPONENTS, talent.RUN_VALUES, strict=True))
    return max(int(weighted - 0.27 * (counts["so"] + counts["out"])), 0)


def pitching_document(season: int, level: str, clubs: Sequence[Club], splits: Sequence[Object]) -> Object:
    """The pitchers of one season and level, with the parent clubs of their teams."""
    return {
        "source": f"{BASE_URL}/api/v1/stats",
        "group": "pitching",
        "season": season,
        "level": level,
        "fetched_at": f"{season + 1}-01-01",
        "complete": True,
        "parents": {str(_FIRST_TEAM + place): club.statcast for place, club in enumerate(clubs)},
        "splits": list(splits),
    }
