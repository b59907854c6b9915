"""Which rates are made of a season's sequence counts, family by family, and how far each is drawn to the league.

A rate's half point is the denominator at which half of a player's deviation from the league is his own: the variance of
one trial over the variance between players, by the method of moments over the pairs of consecutive seasons 2000-2009,
batters and pitchers each for themselves, to two digits. Not here: the pooling over seasons
(`pooled_rates`).
"""

from dataclasses import dataclass

LAST_SEASON = (1.0, 0.0, 0.0)
THREE_SEASONS = (1.0, 0.75, 0.5)  # weights of the season before the target, and of the two before that

# Of a half point, how much is added to a rate's denominator. What reads the rates (a ridge on Marcel's residual)
# shrinks again, so the whole of it is too much: of 1, 1/2, 1/4, 1/8 and 1/16 this had the least error over all
# statistics of a ridge on the development seasons 2010-2017.
HALF_POINT_SHARE = 0.125


@dataclass(frozen=True)
class SequenceRate:
    """One rate: a count over a sum of counts, of which those named with a minus are taken away."""

    name: str
    family: str
    batter_half: float
    pitcher_half: float
    numerator: str
    denominator: tuple[str, ...]
    seasons: tuple[float, float, float] = THREE_SEASONS
    against: tuple[float, float, float] | None = None  # a change: the same rate under these weights is taken away

    def half(self, player_type: str) -> float:
        return self.batter_half if player_type == "batter" else self.pitcher_half


def rates(
    family: str,
    text: str,
    seasons: tuple[float, float, float] = THREE_SEASONS,
    against: tuple[float, float, float] | None = None,
) -> tuple[SequenceRate, ...]:
    """Rates of a family from lines `name batter-half-point pitcher-half-point numerator denominator ...`."""
    rows = [line.split() for line in text.strip().splitlines()]
    return tuple(
        SequenceRate(name, family, float(batter), float(pitcher), count, tuple(per), seasons, against)
        for name, batter, pitcher, count, *per in rows
    )


SEQUENCE_RATES: tuple[SequenceRate, ...] = (
    *rates(
        "discipline",
        """
        swing 310 680 swings pitches
        whiff 82 220 whiffs swings
        whiff_per_pitch 190 470 whiffs pitches
        foul 540 440 fouls swings
        called_strike 260 850 called_strikes pitches
        called_strike_per_take 160 370 called_strikes pitches -swings -bunt_attempts
        ball 390 580 balls pitches
        balls_per_pa 100 160 counted_balls counted_pa
        bunt_attempt 440 4300 bunt_attempts pitches
        first_pitch_strike 380 290 first_pitch_strikes first_pitches
        first_pitch_swing 83 340 first_pitch_swings first_pitches
        two_strikes 150 180 two_strike_pa counted_pa
        two_strike_so 43 100 two_strike_so two_strike_pa
        two_strike_swing 140 380 two_strike_swings two_strike_pitches
        two_strike_whiff 60 130 two_strike_whiffs two_strike_swings
        two_strike_foul 390 370 two_strike_fouls two_strike_swings
        two_strike_called 220 430 two_strike_called_strikes two_strike_pitches
        three_balls 120 210 three_ball_pa counted_pa
        three_ball_bb 130 110 three_ball_bb three_ball_pa
        three_ball_ball 200 180 three_ball_balls three_ball_pitches
        ahead_swing 140 430 ahead_swings ahead_pitches
        ahead_strike 280 350 ahead_strikes ahead_pitches
        ibb 230 700 ibb pa ibb
        hbp 270 880 hbp pa
    """,
    ),
    *rates(
        "battedball",
        """
        ground_ball 100 86 ground_balls typed_balls
        line_drive 690 1200 line_drives typed_balls
        fly_ball 160 150 fly_balls typed_balls
        popup 150 200 popups typed_balls
        hr_per_fly 38 660 fly_hr fly_balls
        hr_per_air 52 940 air_hr fly_balls line_drives
        hit_in_play 550 1700 hits_in_play balls_in_play
        ground_hit 380 500 ground_hits ground_balls
        infield_hit 170 1200 infield_hits fielded_ground_balls
        ground_error 1000 3100 ground_errors ground_balls
        ground_double_play 200 780 ground_double_plays ground_balls
        line_hit 470 1000 line_hits line_drives
        fly_hit 310 350 fly_hits fly_balls
        extra_base_per_air 380 760 air_extra_bases fly_balls line_drives
        triple 390 4200 triples balls_in_play
        bunt 66 910 bunts typed_balls bunts
    """,
    ),
    *rates(
        "spray",
        """
        pull 170 280 pulled sided_balls
        opposite 160 290 opposite sided_balls
        ground_pull 68 230 ground_pulled sided_ground_balls
        ground_opposite 76 220 ground_opposite sided_ground_balls
        air_pull 80 200 air_pulled sided_air_balls
        air_opposite 85 200 air_opposite sided_air_balls
        hr_per_air_pull 52 660 air_pulled_hr air_pulled
    """,
    ),
    *rates(
        "platoon",
        """
        left_so 51 87 left_so left_pa
        left_bb 110 180 left_bb left_pa
        left_hr 150 710 left_hr left_pa
        left_h 290 380 left_h left_pa
        right_so 68 100 right_so right_pa
        right_bb 110 180 right_bb right_pa
        right_hr 130 1100 right_hr right_pa
        right_h 420 370 right_h right_pa
    """,
    ),
    *rates(
        "opposition",
        """
        opponents_so 370 950 opponents_so pa
        opponents_bb 1500 830 opponents_bb pa
        opponents_hr 1500 2500 opponents_hr pa
        opponents_h 530 1000 opponents_h pa
    """,
    ),
    *rates(
        "recency",
        """
        late_so 62 110 late_so late_pa
        late_bb 130 220 late_bb late_pa
        late_hr 130 890 late_hr late_pa
        late_h 370 390 late_h late_pa
        late_whiff 68 170 late_whiffs late_swings
        late_ball 330 430 late_balls late_pitches
    """,
        LAST_SEASON,
    ),
    *rates(
        "recency",
        """
        change_whiff 82 220 whiffs swings
        change_ball 390 580 balls pitches
        change_ground_ball 100 86 ground_balls typed_balls
    """,
        LAST_SEASON,
        THREE_SEASONS,
    ),
)

FAMILIES = tuple(dict.fromkeys(rate.family for rate in SEQUENCE_RATES))
