"""Retrosheet's files of the simulated league: plays, games, pitching lines, rosters and the batted-ball supplement.

Belongs here: their columns. Not here: scoring text (`retrosheet_text`).
"""

from collections.abc import Mapping

import numpy as np

from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.books import PitchingLines
from fbm_pipeline.simulated_league.formats import renamed
from fbm_pipeline.simulated_league.records import Record
from fbm_pipeline.simulated_league.retrosheet_text import event_text, pitch_strings
from fbm_pipeline.simulated_league.seasons import Season, hits

Columns = dict[str, object]
_FLAGS = sorted({name for outcome in o.OUTCOMES for name in outcome.counts})


def play_columns(record: Record, rng: np.random.Generator) -> Columns:
    """The plays of the regular season, in Retrosheet's columns."""
    season, plays, balls = record.season, record.season.plays, record.balls
    codes, game = plays["code"], plays["game"]
    ids = np.array([player.identity.retro_id for player in season.players], dtype=object)
    codes_of_clubs = [[club.retro for club in season.clubs_of(number)] for number in range(len(season.sheets))]
    away, home = np.array(codes_of_clubs, dtype=object).T
    bottom = plays["bottom"] == 1
    balls_before, strikes_before = _final_counts(record)
    columns: Columns = {
        "gid": np.array([season.gid(number) for number in range(len(season.sheets))], dtype=object)[game],
        "pn": np.arange(len(game)) - np.searchsorted(game, game) + 1,
        "event": _events(record),
        "inning": plays["inning"],
        "top_bot": plays["bottom"],
        "vis_home": plays["bottom"],
        "site": np.array([season.clubs_of(i)[1].park_id for i in range(len(home))], dtype=object)[game],
        "batteam": np.where(bottom, home[game], away[game]),
        "pitteam": np.where(bottom, away[game], home[game]),
        "batter": ids[plays["batter"]],
        "pitcher": ids[plays["pitcher"]],
        "bathand": np.where(record.stands_left, "L", "R").astype(object),
        "pithand": np.where(record.throws_left, "L", "R").astype(object),
        "balls": balls_before,
        "strikes": strikes_before,
        "count": np.array([f"{b}{s}" for b, s in zip(balls_before, strikes_before, strict=True)], dtype=object),
        "pitches": np.array(pitch_strings(record, rng), dtype=object),
        "loc": _locations(record, rng),
        "hittype": _or_null(o.HIT_TYPES[balls.hit].astype(object), balls.hit > 0),
        "outs_pre": plays["outs_pre"],
        "outs_post": plays["outs_post"],
        "runs": plays["runs"],
        "date": np.array([f"{sheet.fixture.date:%Y%m%d}" for sheet in season.sheets], dtype=object)[game],
        "gametype": np.full(len(game), "regular", dtype=object),
    }
    columns |= {name: o.flag(name)[codes] for name in _FLAGS}
    return _only(columns, season.is_regular()[game])


def _only(columns: Mapping[str, object], kept: np.ndarray) -> Columns:
    return {name: np.asarray(column)[kept] for name, column in columns.items()}


def _or_null(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.where(known, values, np.array(None, dtype=object))


def _events(record: Record) -> np.ndarray:
    plays, balls = record.season.plays, record.balls
    parts = (plays["code"], balls.fielder, balls.hit, plays["to1"], plays["to2"], plays["to3"])
    rows = zip(*(part.tolist() for part in parts), strict=True)
    return np.array([event_text(*row) for row in rows], dtype=object)


def _final_counts(record: Record) -> tuple[np.ndarray, np.ndarray]:
    """The count before the last pitch of each play, as Retrosheet gives it; 0-0 when a runner goes on the first."""
    balls, strikes = record.sequences.counts()
    number = record.at_bat
    last = record.sequences.length[number] - 1
    at_plate = o.IS_PLATE_APPEARANCE[record.season.plays["code"]]
    return (np.where(at_plate, balls[number, last], 0), np.where(at_plate, strikes[number, last], 0))


def _locations(record: Record, rng: np.random.Generator) -> np.ndarray:
    """Hit locations are mostly missing before 2020 and one third missing after, as in the real files."""
    share = 0.02 if record.season.season < 2020 else 0.66
    known = (record.balls.hit > 0) & (rng.random(len(record.balls.hit)) < share)
    return _or_null(record.balls.fielder.astype(str).astype(object), known)


def physics_columns(record: Record, rng: np.random.Generator) -> Columns:
    """Exit velocity, launch angle and spray of 97 % of the balls in play, by game and number of the play."""
    season, balls = record.season, record.balls
    game = season.plays["game"]
    n = len(game)
    margin = rng.gamma(1.2, 12.0, n)
    columns: Columns = {
        "gid": np.array([season.gid(number) for number in range(len(season.sheets))], dtype=object)[game],
        "pn": np.arange(n) - np.searchsorted(game, game) + 1,
        "launch_speed": balls.launch_speed,
        "launch_angle": balls.launch_angle,
        "spray_deg": balls.spray,
        "cost": rng.gamma(1.5, 0.15, n),
        "margin": margin,
        "confident": margin > 2.0,
    }
    kept = season.is_regular()[game] & (balls.hit > 0) & (rng.random(n) < 0.97)
    return _only(columns, kept)


def game_columns(season: Season, lines: PitchingLines, rng: np.random.Generator) -> Columns:
    """One row per game with park, weather, umpires and decisions."""
    rows: list[Columns] = []
    for number, sheet in enumerate(season.sheets):
        away, home = season.clubs_of(number)
        fixture, (visitors, hosts) = sheet.fixture, sheet.score
        here = np.flatnonzero(lines.game == number)
        names = [
            next((season.players[lines.pitcher[i]].identity.retro_id for i in here if flags[i]), None)
            for flags in (lines.won, lines.lost, lines.saved)
        ]
        row: Columns = {
            "gid": season.gid(number),
            "visteam": away.retro,
            "hometeam": home.retro,
            "site": home.park_id,
            "date": int(f"{fixture.date:%Y%m%d}"),
            "number": fixture.number,
            "starttime": "1:10PM" if fixture.number == 1 else "7:05PM",
            "daynight": "day" if fixture.number == 1 else "night",
            "usedh": True,
            "timeofgame": int(rng.integers(140, 240)),
            "attendance": int(rng.integers(8000, 45000)),
            "fieldcond": "unknown",
            "precip": "none",
            "sky": str(rng.choice(["sunny", "cloudy", "dome"])),
            "temp": int(rng.normal(73, 9)),
            "winddir": str(rng.choice(["ltor", "rtol", "tolf", "fromcf"])),
            "windspeed": int(rng.integers(0, 18)),
            "umphome": f"umpih{int(rng.integers(1, 40)):03d}",
            "wp": names[0],
            "lp": names[1],
            "save": names[2],
            "gametype": "regular" if fixture.game_type == "R" else "worldseries",
            "vruns": visitors,
            "hruns": hosts,
            "wteam": home.retro if hosts > visitors else away.retro,
            "lteam": away.retro if hosts > visitors else home.retro,
            "line": "y",
            "batteries": "both",
            "lineups": "y",
            "box": "y",
            "pbp": "y",
            "season": season.season,
        }
        rows.append(row)
    return {name: [row[name] for row in rows] for name in rows[0]}


def pitching_columns(season: Season, lines: PitchingLines) -> Columns:
    """One row per pitcher and game, postseason included and named so."""
    games = range(len(season.sheets))
    codes = np.array([[club.retro for club in season.clubs_of(i)] for i in games], dtype=object)
    home = lines.is_home.astype(int)
    scores = np.array([sheet.score for sheet in season.sheets])[lines.game]
    own_score, other_score = scores[np.arange(len(home)), home], scores[np.arange(len(home)), 1 - home]
    fixtures = [season.sheets[i].fixture for i in lines.game]
    ids = np.array([player.identity.retro_id for player in season.players], dtype=object)
    n = len(lines.game)
    counts = "p_bfp:pa p_d:double p_t:triple p_hr:hr p_w:walk p_iw:iw p_k:k p_hbp:hbp p_sh:sh p_sf:sf"
    never = dict.fromkeys(("p_noout", "p_wp", "p_bk", "p_sb", "p_cs", "p_pb", "tie"), np.zeros(n, dtype=np.int64))
    return {
        **renamed(lines.counts, counts),
        **never,
        "gid": np.array([season.gid(i) for i in games], dtype=object)[lines.game],
        "id": ids[lines.pitcher],
        "team": codes[lines.game, home],
        "p_seq": lines.sequence,
        "stattype": np.full(n, "value", dtype=object),
        "p_ipouts": lines.outs,
        "p_h": hits(lines.counts),
        "p_r": lines.runs,
        "p_er": lines.earned,
        "wp": _mark(lines.won),
        "lp": _mark(lines.lost),
        "save": _mark(lines.saved),
        "p_gs": _mark(lines.sequence == 1),
        "p_gf": _mark(lines.is_last & (lines.sequence > 1)),
        "p_cg": _mark(lines.is_last & (lines.sequence == 1)),
        "date": np.array([int(f"{fixture.date:%Y%m%d}") for fixture in fixtures]),
        "number": np.array([fixture.number for fixture in fixtures]),
        "site": np.array([season.clubs_of(i)[1].park_id for i in games], dtype=object)[lines.game],
        "vishome": np.where(lines.is_home, "h", "v").astype(object),
        "opp": codes[lines.game, 1 - home],
        "win": (own_score > other_score).astype(np.int64),
        "loss": (own_score < other_score).astype(np.int64),
        "gametype": np.array(
            ["regular" if fixture.game_type == "R" else "worldseries" for fixture in fixtures], dtype=object
        ),
        "box": np.full(n, "y", dtype=object),
        "pbp": np.full(n, "y", dtype=object),
        "season": np.full(n, season.season),
    }


def _mark(flags: np.ndarray) -> np.ndarray:
    """1 or null, as Retrosheet marks decisions."""
    return np.where(flags, 1.0, np.nan)


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
