"""Statcast rows of the simulated league as Savant writes them: one per pitch, the event on an at-bat's last pitch.

Belongs here: Savant's columns. Not here: how pitches are drawn.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import formats
from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.arsenals import PITCH_TYPES, season_arsenals
from fbm_pipeline.simulated_league.pitch_physics import draw_physics
from fbm_pipeline.simulated_league.records import Record

Ints = NDArray[np.int64]

FIRST_BAT_TRACKING = 2024
_NOTHING = np.array(None, dtype=object)
_DESCRIPTIONS = {
    "B": "ball",
    "b": "blocked_ball",
    "V": "automatic_ball",
    "C": "called_strike",
    "S": "swinging_strike",
    "w": "swinging_strike_blocked",
    "F": "foul",
    "T": "foul_tip",
    "X": "hit_into_play",
    "H": "hit_by_pitch",
    "L": "foul_bunt",
    "M": "missed_bunt",
}
_TYPES = {"B": "B", "b": "B", "V": "B", "H": "B", "X": "X"}
_KINDS = np.array([None, "ground_ball", "line_drive", "fly_ball", "popup", "ground_ball"], dtype=object)


def statcast_rows(record: Record, rng: np.random.Generator, *, automatic_walks: bool) -> pa.Table:
    """All pitches of a season, postseason included, in the order of play.

    Without `automatic_walks` an intentional walk has no row, as in the league's files of 2024; with them it is four
    automatic balls without physics.
    """
    letters = record.sequences.letters
    kept = np.arange(letters.shape[1]) < record.sequences.length[:, None]
    if not automatic_walks:
        intended = record.season.plays["code"][record.last] == o.INTENT_WALK
        kept &= ~intended[:, None]
    at_bat, number = np.nonzero(kept)
    # Once the runner has gone on the first pitch, the rest of the at-bat sees the bases after him.
    state = np.where(number == 0, record.first[at_bat], record.last[at_bat])
    end = record.last[at_bat]
    is_last = number == record.sequences.length[at_bat] - 1
    letter = letters[at_bat, number]
    columns = _situation(record, state, end, number)
    columns |= _result(record, end, is_last, letter, at_bat, number)
    columns |= _physics(record, end, letter, rng)
    columns |= _contact(record, end, is_last, letter, rng)
    return formats.table(formats.SCHEMAS["statcast"], columns)


def _situation(record: Record, state: Ints, end: Ints, number: Ints) -> dict[str, object]:
    season, plays = record.season, record.season.plays
    game = plays["game"][end]
    ids = np.array([player.identity.mlbam_id for player in season.players])
    names = np.array([f"{p.identity.last}, {p.identity.first}" for p in season.players], dtype=object)
    clubs = [season.clubs_of(i) for i in range(len(season.sheets))]
    fixtures = [sheet.fixture for sheet in season.sheets]
    bottom = plays["bottom"][end] == 1
    bat, fld = plays["bat_score"][state], plays["fld_score"][state]
    columns: dict[str, object] = {
        "game_pk": (season.season - 1990) * 21000 + game,
        "game_date": np.array([fixture.date for fixture in fixtures], dtype="datetime64[D]")[game],
        "game_type": np.array([fixture.game_type for fixture in fixtures], dtype=object)[game],
        "at_bat_number": plays["at_bat"][end],
        "pitch_number": number + 1,
        "inning": plays["inning"][end],
        "inning_topbot": np.where(bottom, "Bot", "Top").astype(object),
        "outs_when_up": plays["outs_pre"][state],
        "batter": ids[plays["batter"][end]],
        "pitcher": ids[plays["pitcher"][end]],
        "stand": np.where(record.stands_left[end], "L", "R").astype(object),
        "p_throws": np.where(record.throws_left[end], "L", "R").astype(object),
        "home_team": np.array([home.statcast for _, home in clubs], dtype=object)[game],
        "away_team": np.array([away.statcast for away, _ in clubs], dtype=object)[game],
        "bat_score": bat,
        "fld_score": fld,
        "home_score": np.where(bottom, bat, fld),
        "away_score": np.where(bottom, fld, bat),
        "player_name": names[plays["batter"][end]],
        "fielder_2": ids[_catchers(record)[game, 1 - plays["bottom"][end]]],
        "if_fielding_alignment": np.full(len(end), "Standard", dtype=object),
        "of_fielding_alignment": np.full(len(end), "Standard", dtype=object),
    }
    for base in ("1", "2", "3"):
        runner = plays[f"on{base}"][state]
        columns[f"on_{base}b"] = np.where(runner >= 0, ids[runner], np.nan)
    return columns


def _catchers(record: Record) -> Ints:
    """The catcher (games, 2) of the away and the home club: the first place in the line-up."""
    return np.array([[lineup[0] for lineup in sheet.lineups] for sheet in record.season.sheets])


def _result(
    record: Record, end: Ints, is_last: NDArray[np.bool_], letter: NDArray[np.uint8], at_bat: Ints, number: Ints
) -> dict[str, object]:
    codes = record.season.plays["code"][end]
    balls, strikes = record.sequences.counts()
    interfered = (codes == o.CATCHER_INTERF) & is_last
    describe = np.array([_DESCRIPTIONS.get(chr(c)) for c in range(128)], dtype=object)
    kinds = np.array([_TYPES.get(chr(c), "S") for c in range(128)], dtype=object)
    after = record.season.plays["bat_score"][end] + np.where(is_last, record.season.plays["runs"][end], 0)
    return {
        "balls": balls[at_bat, number],
        "strikes": strikes[at_bat, number],
        "description": np.where(interfered, "foul", describe[letter]),
        "type": np.where(interfered, "S", kinds[letter]),
        "events": np.where(is_last, o.NAMES[codes].astype(object), _NOTHING),
        "post_bat_score": after,
        "woba_denom": np.where(is_last & o.IS_PLATE_APPEARANCE[codes], 1.0, np.nan),
        "woba_value": np.where(is_last & o.IS_PLATE_APPEARANCE[codes], _WOBA[codes], np.nan),
    }


_WOBA = np.zeros(len(o.OUTCOMES))
_WOBA[[o.WALK, o.HIT_BY_PITCH, o.SINGLE, o.DOUBLE, o.TRIPLE, o.HOME_RUN]] = [0.7, 0.7, 0.9, 1.25, 1.6, 2.0]


def _physics(record: Record, end: Ints, letter: NDArray[np.uint8], rng: np.random.Generator) -> dict[str, object]:
    season = record.season
    heights = np.array([player.height for player in season.players], dtype=float)[season.plays["batter"][end]]
    tops = heights / 12.0 * 0.555 + rng.normal(0.0, 0.05, len(end))
    bottoms = heights / 12.0 * 0.26 + rng.normal(0.0, 0.03, len(end))
    arsenals = season_arsenals(season.players, season.season)
    drawn = draw_physics(arsenals, season.plays["pitcher"][end], letter, tops, bottoms, rng)
    # Automatic balls were never thrown; a tracking failure now and then leaves a pitch without numbers.
    unseen = (letter == ord("V")) | (rng.random(len(end)) < 0.0005)
    kinds = PITCH_TYPES[drawn.pop("kind").astype(int)].astype(object)
    columns: dict[str, object] = {name: np.where(unseen, np.nan, values) for name, values in drawn.items()}
    columns["pitch_type"] = np.where(unseen, _NOTHING, kinds)
    columns["delta_run_exp"] = np.round(rng.normal(0.0, 0.08, len(end)), 3)
    columns["delta_home_win_exp"] = np.round(rng.normal(0.0, 0.01, len(end)), 3)
    return columns


def _contact(
    record: Record, end: Ints, is_last: NDArray[np.bool_], letter: NDArray[np.uint8], rng: np.random.Generator
) -> dict[str, object]:
    """Batted-ball columns where the at-bat ended in play, bat tracking on swings from its first season on."""
    balls, season = record.balls, record.season
    in_play = is_last & (balls.hit[end] > 0) & (letter == ord("X"))

    def where_in_play(values: NDArray[Any]) -> NDArray[Any]:
        return np.where(in_play, values[end], np.nan)

    theta = np.radians(balls.bearing - 45.0)
    pixels = balls.distance / 2.5
    n = len(end)
    columns: dict[str, object] = {
        "bb_type": np.where(in_play, _KINDS[balls.hit[end]], _NOTHING),
        "launch_speed": where_in_play(balls.launch_speed),
        "launch_angle": where_in_play(balls.launch_angle),
        "hit_distance_sc": where_in_play(balls.distance),
        "hc_x": where_in_play(np.round(125.42 + pixels * np.sin(theta), 2)),
        "hc_y": where_in_play(np.round(198.27 - pixels * np.cos(theta), 2)),
    }
    expected = np.clip(0.012 * (balls.launch_speed - 60.0) - 0.00025 * (balls.launch_angle - 15.0) ** 2, 0.02, 1.9)
    columns["estimated_woba_using_speedangle"] = where_in_play(np.round(expected, 3))
    columns["estimated_ba_using_speedangle"] = where_in_play(np.round(np.clip(expected * 0.7, 0.01, 0.99), 3))
    if season.season >= FIRST_BAT_TRACKING:
        swings = np.isin(letter, np.frombuffer(b"SwFTX", dtype=np.uint8)) & (balls.hit[end] != o.BUNT)
        power = np.array([player.exit_velocity for player in season.players])[season.plays["batter"][end]]
        speed = 69.5 + 1.1 * power + rng.normal(0.0, 5.0, n)
        columns["bat_speed"] = np.where(swings, speed, np.nan)
        columns["swing_length"] = np.where(swings, 7.3 + 0.05 * (speed - 69.5) + rng.normal(0.0, 0.6, n), np.nan)
    return columns
