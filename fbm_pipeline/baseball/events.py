"""What can happen to a pitch and how a plate appearance can end, and the maps from both sources' codes to these words.

Belongs here: closed vocabularies and closed maps. A code that is not here is an error for whoever reads it, never a
guess. Not here: how a play or a pitch is read from its file.
"""

from dataclasses import dataclass

PITCH_RESULTS = (
    "ball",  # a blocked ball is a ball
    "called_strike",
    "swinging_strike",
    "foul",
    "foul_tip",
    "foul_bunt",
    "missed_bunt",
    "bunt_foul_tip",
    "in_play",
    "hit_by_pitch",
    "pitchout",
    "intentional_ball",  # thrown wide on purpose
    "automatic_ball",  # no pitch: an intentional walk by signal (since 2017) or the pitch clock (since 2023)
    "automatic_strike",  # no pitch: the pitch clock, or a batter not in his box
    "strike_unknown",
    "unknown",
)

AUTOMATIC_RESULTS = ("automatic_ball", "automatic_strike")  # they move the count, but nobody threw

# Retrosheet's letters. Its marks `+ * . 1 2 3 > ^` and `N` (no pitch) are no pitches and are taken out before.
RETROSHEET_PITCHES = {
    "B": "ball",
    "C": "called_strike",
    "S": "swinging_strike",
    "F": "foul",
    "T": "foul_tip",
    "L": "foul_bunt",
    "M": "missed_bunt",
    "O": "bunt_foul_tip",
    "X": "in_play",
    "H": "hit_by_pitch",
    "P": "pitchout",
    "Q": "swinging_strike",  # on a pitchout, as are R and Y: what the batter did counts
    "R": "foul",
    "Y": "in_play",
    "I": "intentional_ball",
    "V": "automatic_ball",
    "A": "automatic_strike",
    "K": "strike_unknown",
    "U": "unknown",
}

STATCAST_PITCHES = {
    "ball": "ball",
    "blocked_ball": "ball",
    "called_strike": "called_strike",
    "swinging_strike": "swinging_strike",
    "swinging_strike_blocked": "swinging_strike",
    "foul": "foul",
    "foul_tip": "foul_tip",
    "foul_bunt": "foul_bunt",
    "missed_bunt": "missed_bunt",
    "bunt_foul_tip": "bunt_foul_tip",
    "hit_into_play": "in_play",
    "hit_into_play_no_out": "in_play",  # written until 2019
    "hit_into_play_score": "in_play",  # written until 2019
    "pitchout_hit_into_play": "in_play",
    "pitchout_hit_into_play_no_out": "in_play",
    "pitchout_hit_into_play_score": "in_play",
    "hit_by_pitch": "hit_by_pitch",
    "pitchout": "pitchout",
    "swinging_pitchout": "swinging_strike",
    "foul_pitchout": "foul",
    "intent_ball": "intentional_ball",
    "automatic_ball": "automatic_ball",
    "automatic_strike": "automatic_strike",
    "unknown_strike": "strike_unknown",
}

# What each result adds to the count, the letters of Retrosheet's string aside: balls, then strikes.
BALL_LETTERS = "BIPV"
STRIKE_LETTERS = "ACFKLMOQRST"  # a foul with two strikes adds none: the count is capped at two


@dataclass(frozen=True)
class Outcome:
    """How a plate appearance ended, and what it adds to the official line (0 or 1 each)."""

    name: str
    outs: int  # outs that it makes when nothing unusual happens on the bases
    ab: int = 1
    single: int = 0
    double: int = 0
    triple: int = 0
    hr: int = 0
    bb: int = 0
    ibb: int = 0
    so: int = 0
    hbp: int = 0
    sf: int = 0
    sh: int = 0
    ci: int = 0

    @property
    def h(self) -> int:
        return self.single + self.double + self.triple + self.hr


OUTCOMES = {
    outcome.name: outcome
    for outcome in (
        Outcome("single", 0, single=1),
        Outcome("double", 0, double=1),
        Outcome("triple", 0, triple=1),
        Outcome("home_run", 0, hr=1),
        Outcome("strikeout", 1, so=1),
        Outcome("strikeout_double_play", 2, so=1),  # a third out with it, in three plays of 24 seasons, is here too
        Outcome("walk", 0, ab=0, bb=1),
        Outcome("intentional_walk", 0, ab=0, bb=1, ibb=1),
        Outcome("hit_by_pitch", 0, ab=0, hbp=1),
        Outcome("field_out", 1),
        Outcome("force_out", 1),
        Outcome("grounded_into_double_play", 2),
        Outcome("double_play", 2),
        Outcome("triple_play", 3),
        Outcome("fielders_choice", 0),  # a runner was tried for and missed
        Outcome("fielders_choice_out", 1),  # a runner was out, but not forced
        Outcome("field_error", 0),
        Outcome("sac_fly", 1, ab=0, sf=1),
        Outcome("sac_fly_double_play", 2, ab=0, sf=1),
        Outcome("sac_bunt", 1, ab=0, sh=1),
        Outcome("sac_bunt_double_play", 2, ab=0, sh=1),
        Outcome("catcher_interference", 0, ab=0, ci=1),
    )
}

PLATE_APPEARANCE_OUTCOMES = tuple(OUTCOMES)

# Statcast's `events` that end a plate appearance.
STATCAST_OUTCOMES = {
    **{name: name for name in PLATE_APPEARANCE_OUTCOMES},
    "intent_walk": "intentional_walk",
    "catcher_interf": "catcher_interference",
    "strikeout_triple_play": "strikeout_double_play",
    "batter_interference": "field_out",
    "fan_interference": "field_out",
}

# Statcast's `events` that do not: base-running, announcements, and the batter's turn cut off by a third out.
# The number is the outs they make.
BASERUNNING_EVENTS = {
    **{f"caught_stealing_{base}": 1 for base in ("2b", "3b", "home")},
    **{f"pickoff_caught_stealing_{base}": 1 for base in ("2b", "3b", "home")},
    **{f"pickoff_{base}": 1 for base in ("1b", "2b", "3b")},
    **{f"pickoff_error_{base}": 0 for base in ("1b", "2b", "3b")},
    **{f"stolen_base_{base}": 0 for base in ("2b", "3b", "home")},
    "cs_double_play": 2,
    "runner_double_play": 2,
    "other_out": 1,  # a runner out advancing: all sixteen of 2024 came on pitches that were not put in play
    "other_advance": 0,
    "wild_pitch": 0,
    "passed_ball": 0,
    "balk": 0,
    "forced_balk": 0,
    "error": 0,
    "defensive_indiff": 0,
    "runner_placed": 0,
    "truncated_pa": 1,
    "game_advisory": 0,
    "ejection": 0,
    "injury": 0,
    "offensive_substitution": 0,
    "pitching_substitution": 0,
    "defensive_substitution": 0,
    "defensive_switch": 0,
}

# Retrosheet tells an ending by flags; sql/staging names the kind of play from them. A kind and the outs made on the
# play give the outcome. Runners thrown out stretching leave a hit a hit.
RETROSHEET_KINDS: dict[str, dict[int, str]] = {
    "single": dict.fromkeys(range(4), "single"),
    "double": dict.fromkeys(range(4), "double"),
    "triple": dict.fromkeys(range(4), "triple"),
    "home_run": dict.fromkeys(range(4), "home_run"),
    "strikeout": {0: "strikeout", 1: "strikeout", 2: "strikeout_double_play", 3: "strikeout_double_play"},
    "walk": dict.fromkeys(range(4), "walk"),
    "intentional_walk": dict.fromkeys(range(4), "intentional_walk"),
    "hit_by_pitch": dict.fromkeys(range(4), "hit_by_pitch"),
    "interference": dict.fromkeys(range(3), "catcher_interference"),
    "sac_fly": {0: "sac_fly", 1: "sac_fly", 2: "sac_fly_double_play", 3: "sac_fly_double_play"},
    "sac_bunt": {0: "sac_bunt", 1: "sac_bunt", 2: "sac_bunt_double_play", 3: "sac_bunt_double_play"},
    "error": dict.fromkeys(range(3), "field_error"),
    "fielders_choice": {0: "fielders_choice", 1: "fielders_choice_out", 2: "double_play", 3: "triple_play"},
    "ground_double_play": {2: "grounded_into_double_play", 3: "triple_play"},
    "force_out": {1: "force_out", 2: "double_play", 3: "triple_play"},
    "out": {1: "field_out", 2: "double_play", 3: "triple_play"},
}

HIT_TYPES = ("ground_ball", "line_drive", "fly_ball", "popup")

# Both sources' codes: the word, and whether the code says that the ball was bunted.
RETROSHEET_HIT_TYPES = {
    "G": ("ground_ball", False),
    "L": ("line_drive", False),
    "F": ("fly_ball", False),
    "P": ("popup", False),
    "BG": ("ground_ball", True),
    "BL": ("line_drive", True),
    "BF": ("fly_ball", True),
    "BP": ("popup", True),
}
STATCAST_HIT_TYPES = {
    "ground_ball": ("ground_ball", False),
    "line_drive": ("line_drive", False),
    "fly_ball": ("fly_ball", False),
    "popup": ("popup", False),
    "bunt_grounder": ("ground_ball", True),
    "bunt_line_drive": ("line_drive", True),
    "bunt_popup": ("popup", True),
}
