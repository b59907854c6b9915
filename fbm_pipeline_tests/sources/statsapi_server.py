"""A local server that plays MLB's StatsAPI, with the shapes in which it answers."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from fbm_pipeline.baseball.teams import TEAMS

GONE = ("FLA", "MON", "OAK")
CODES = [code for code in TEAMS if code not in GONE]
HITTING = {
    "age": 24,
    "gamesPlayed": 113,
    "groundOuts": 90,
    "airOuts": 88,
    "runs": 71,
    "doubles": 24,
    "triples": 3,
    "homeRuns": 18,
    "strikeOuts": 101,
    "baseOnBalls": 55,
    "intentionalWalks": 2,
    "hits": 118,
    "hitByPitch": 6,
    "avg": ".279",
    "atBats": 423,
    "obp": ".365",
    "slg": ".478",
    "ops": ".843",
    "caughtStealing": 4,
    "stolenBases": 21,
    "groundIntoDoublePlay": 9,
    "numberOfPitches": 1999,
    "plateAppearances": 490,
    "totalBases": 202,
    "rbi": 70,
    "leftOnBase": 180,
    "sacBunts": 1,
    "sacFlies": 5,
    "babip": ".323",
    "catchersInterference": 0,
}
PITCHING = {
    "age": 23,
    "gamesPlayed": 25,
    "gamesStarted": 24,
    "runs": 60,
    "doubles": 22,
    "triples": 2,
    "homeRuns": 12,
    "strikeOuts": 130,
    "baseOnBalls": 44,
    "intentionalWalks": 0,
    "hits": 110,
    "hitByPitch": 7,
    "avg": ".236",
    "atBats": 466,
    "obp": ".310",
    "slg": ".370",
    "groundIntoDoublePlay": 8,
    "numberOfPitches": 2050,
    "era": "3.95",
    "inningsPitched": "123.1",
    "wins": 8,
    "losses": 6,
    "saves": 0,
    "holds": 0,
    "earnedRuns": 54,
    "whip": "1.25",
    "battersFaced": 523,
    "outs": 370,
    "hitBatsmen": 7,
    "balks": 1,
    "sacBunts": 2,
    "sacFlies": 4,
}
Answer = tuple[int, str, bytes]


def split(
    player: int,
    team: int | None = 238,
    group: str = "hitting",
    sport: int = 11,
    season: int = 2024,
    teams: int | None = None,
    **stat: object,
) -> dict[str, object]:
    """One player's line for a team, or, with team None, his line for all `teams` together."""
    made: dict[str, object] = {
        "season": str(season),
        "stat": (HITTING if group == "hitting" else PITCHING) | stat,
        "player": {"id": player, "fullName": f"Player {player}", "link": f"/api/v1/people/{player}"},
        "sport": {"id": sport, "link": f"/api/v1/sports/{sport}"},
        "league": {"id": 112, "name": "Pacific Coast League"},
        "rank": player,
    }
    if team is not None:
        made["team"] = {"id": team, "name": f"Team {team}", "link": f"/api/v1/teams/{team}"}
    if teams is not None:
        made["numTeams"] = teams
    return made


def person(player: int, position: str = "P") -> dict[str, object]:
    """One line of a roster."""
    return {
        "person": {"id": player, "fullName": f"Player {player}", "link": f"/api/v1/people/{player}"},
        "jerseyNumber": "12",
        "position": {"code": "1", "name": "Pitcher", "type": "Pitcher", "abbreviation": position},
        "status": {"code": "A", "description": "Active"},
        "parentTeamId": 119,
    }


def as_json(value: object) -> Answer:
    return 200, "application/json;charset=UTF-8", json.dumps(value).encode()


class Service:
    """What it answers is set by its attributes; `broken` answers come first, `asked` notes every question."""

    def __init__(self) -> None:
        self.splits: dict[tuple[str, str], list] = {}  # by group and sport's id
        self.page: int | None = None  # lines a page, whatever was asked for
        self.totals: list[int] = []  # told instead of the true number of lines, one a page
        self.clubs: list[Mapping] = [
            {"id": 100 + place, "name": f"Club {code}", "abbreviation": code} for place, code in enumerate(CODES)
        ]
        self.rosters: dict[int, list] = {int(c["id"]): [person(10 * int(c["id"]))] for c in self.clubs}
        self.broken: list[Answer] = []
        self.asked: list[str] = []
        self.url = ""

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        self.asked.append(f"{path}?{'&'.join(f'{name}={query[name]}' for name in sorted(query))}")
        if self.broken:
            return self.broken.pop(0)
        if path == "/api/v1/teams" and query["sportId"] == "1":
            return as_json({"copyright": "", "teams": self.clubs})
        if path == "/api/v1/teams":
            home = next(club["id"] for club in self.clubs if club["abbreviation"] == "LAD")
            teams = [{"id": 238, "name": "Oklahoma City", "parentOrgId": home}, {"id": 999, "name": "Independents"}]
            return as_json({"teams": teams})
        if path == "/api/v1/stats":
            return as_json({"stats": self._stats(query)})
        club = int(path.split("/")[4])
        return as_json({"roster": self.rosters[club], "link": path, "teamId": club, "rosterType": "40Man"})

    def _stats(self, query: Mapping[str, str]) -> list:
        lines = self.splits.get((query["group"], query["sportId"]), [])
        if not lines:
            return []
        first = int(query["offset"])
        page = lines[first : first + (self.page or int(query["limit"]))]
        total = self.totals.pop(0) if self.totals else len(lines)
        group = {"displayName": query["group"]}
        return [{"type": {"displayName": "season"}, "group": group, "totalSplits": total, "splits": page}]


@contextmanager
def playing() -> Iterator[Service]:
    """A Service behind a port of this machine."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlparse(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            status, kind, body = service.answer(address.path, query)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
