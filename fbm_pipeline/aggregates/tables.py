"""The tables of the aggregates: a season's pitches, plate appearances and batted balls as counts and sums by player.

Counts and sums only, so that seasons may be added; whoever divides decides by what.
"""

from fbm_pipeline.store.columns import MLBAM_ID, PLAYER_TYPE, SEASON, Column, constant, described, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import same_season

# Thrown to be hit or missed: no pitchouts, intentional or automatic balls and strikes, and no unknown results.
_PITCHES = """
    pitches: pitches
    swings: swings, attempts to bunt left out
    whiffs: swinging strikes and foul tips
    fouls: swings that fouled the ball off
    called_strikes: strikes without a swing
    balls: balls
    bunt_attempts: bunts missed or fouled off
    first_pitches: pitches with the count 0-0
    first_pitch_strikes: of these, neither a ball nor a hit batter
    first_pitch_swings: of these, swings
    two_strike_pitches: pitches with two strikes
    two_strike_swings: of these, swings
    two_strike_whiffs: of these, whiffs
    two_strike_fouls: of these, fouls
    two_strike_called_strikes: of these, called strikes
    three_ball_pitches: pitches with three balls
    three_ball_balls: of these, balls
    ahead_pitches: pitches with more balls than strikes
    ahead_swings: of these, swings
    ahead_strikes: of these, neither a ball nor a hit batter
    late_pitches: pitches of the season's last 60 days
    late_swings: of these, swings
    late_whiffs: of these, whiffs
    late_balls: of these, balls
"""
# `counted` are those with a pitch by pitch account; hands and the outing's number are of the other side's player.
_PLATE_APPEARANCES = """
    counted_pa: plate appearances told pitch by pitch
    counted_pitches: their pitches
    counted_balls: their balls
    two_strike_pa: plate appearances that reached two strikes
    two_strike_so: of these, strikeouts
    three_ball_pa: plate appearances that reached three balls
    three_ball_bb: of these, walks
    left_pa: plate appearances against left-handed opponents
    left_so: of these, strikeouts
    left_bb: of these, walks
    left_hr: of these, home runs
    left_h: of these, hits
    right_pa: plate appearances against right-handed opponents
    right_so: of these, strikeouts
    right_bb: of these, walks
    right_hr: of these, home runs
    right_h: of these, hits
    known_stand_pa: plate appearances with a known side of the batter
    left_stand_pa: of these, by left-handed batters
    known_throws_pa: plate appearances with a known hand of the pitcher
    left_throws_pa: of these, against left-handed pitchers
    late_pa: plate appearances of the season's last 60 days
    late_so: of these, strikeouts
    late_bb: of these, walks
    late_hr: of these, home runs
    late_h: of these, hits
    index_0_pa: the pitcher's first to third batter of the outing
    index_3_pa: the fourth to sixth
    index_6_pa: the seventh to ninth
    index_9_pa: the tenth to twelfth
    index_12_pa: the 13th to 15th
    index_15_pa: the 16th to 18th
    index_18_pa: the 19th to 24th
    index_24_pa: the 25th and later
"""
_BATTED_BALLS = """
    balls_in_play: batted balls without home runs and bunts
    hits_in_play: of these, hits
    typed_balls: batted balls with a known type, bunts left out as in all that follows
    ground_balls: of these, on the ground
    line_drives: of these, line drives
    fly_balls: of these, fly balls
    popups: of these, popups
    ground_hits: ground balls that were hits
    fielded_ground_balls: ground balls with a known fielder
    infield_hits: of these, hits that an infielder, the pitcher or the catcher fielded
    ground_errors: ground balls on which a fielder erred
    ground_double_plays: ground balls that became double plays
    line_hits: line drives that were hits in play
    fly_hits: fly balls that were hits in play
    fly_hr: fly balls over the fence
    air_hr: line drives and fly balls over the fence
    air_extra_bases: line drives and fly balls that were doubles or triples
    triples: triples
    sided_balls: batted balls with a known direction and side of the batter
    pulled: of these, to the batter's own side
    opposite: of these, to the other side
    sided_ground_balls: ground balls with a known direction
    ground_pulled: of these, pulled
    ground_opposite: of these, to the other side
    sided_air_balls: line drives and fly balls with a known direction
    air_pulled: of these, pulled
    air_opposite: of these, to the other side
    air_pulled_hr: of the pulled ones, over the fence
    bunts: bunts put in play
"""
_OPPONENTS = """
    opponents_so: strikeouts that the opponents' other meetings of the season let expect
    opponents_bb: walks that these let expect
    opponents_hr: home runs that these let expect
    opponents_h: hits that these let expect
"""

SEQUENCE_COUNTS = Table(
    "features.sequence_counts",
    grain="one row per season, side of the ball and player with a pitch or plate appearance",
    description="What a season's pitches and batted balls say of each player, as counts: the controls' aggregates.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        MLBAM_ID,
        *described("i32", "pitches", _PITCHES),
        Column("pa", "i32", "PA", "plate appearances or batters faced, intentional walks left out"),
        *for_people(described("i32", "PA", "so: of these, strikeouts\nbb: of these, walks")),
        Column("ibb", "i32", "PA", "intentional walks, which are no plate appearances here"),
        Column("hbp", "i32", "PA", "plate appearances in which the batter was hit"),
        *for_people(described("i32", "PA", "hr: of the plate appearances, home runs\nh: of these, hits")),
        *described("i32", "PA", _PLATE_APPEARANCES),
        *described("i32", "batted balls", _BATTED_BALLS),
        Column("bunt_hits", "i32", "batted balls", "of the bunts, hits", for_people=True),
        *described("f64", "PA", _OPPONENTS),
    ),
    key=("season", "player_type", "mlbam_id"),
    partition_by=("player_type", "season"),
    reads={"core.pitches": same_season(), "core.plate_appearances": same_season(), "core.batted_balls": same_season()},
    build="fbm_pipeline.aggregates.sequence_counts:sequence_counts",
    seasons="fbm_pipeline.aggregates.sequence_counts:seasons_with_batted_balls",
)

_MEASURED_BALLS = """
    at_least_80: of these, hit with 80 mph and more
    at_least_85: with 85 mph and more
    at_least_90: with 90 mph and more
    hard_hit: with 95 mph and more
    at_least_100: with 100 mph and more
    at_least_105: with 105 mph and more
    at_least_110: with 110 mph and more
    sweet_spot: with a launch angle of 8 to 32 degrees
    barrels: Statcast's barrels: 98 mph and more, in a window of angles that widens with every mph
    air: with a launch angle of 10 degrees and more
"""
_DIRECTIONS = """
    sprayed: measured balls with a known direction
    pulled: of these, in the third of the field on the batter's pull side
    opposite: of these, in the third on the other side
    pulled_air: of the pulled ones, with a launch angle of 10 degrees and more
"""


def _kind(of: str, pitches: str) -> tuple[Column, ...]:
    """Sums over the pitches of one kind."""
    return (
        Column(f"{of}_speed", "f64", "mph", f"sum of the release speeds of {pitches}"),
        Column(f"{of}_rise", "f64", "feet", f"sum of the vertical movement of {pitches}"),
        Column(f"{of}_run", "f64", "feet", f"sum of the movement of {pitches} to the pitcher's arm side"),
    )


# What was measured begins with 2020, and in a season or two for some clubs only: any sum may be 0 for everybody.
_MEASURED = constant(
    Column("balls_in_play", "i32", "batted balls", "batted balls, measured or not, bunts left out", for_people=True),
    Column("measured", "i32", "batted balls", "of these, with exit velocity and launch angle"),
    Column("speed", "f64", "mph", "sum of their exit velocities"),
    Column("angle", "f64", "degrees", "sum of their launch angles"),
    *described("i32", "batted balls", _MEASURED_BALLS),
    Column("air_speed", "f64", "mph", "sum of the exit velocities of these"),
    *described("i32", "batted balls", _DIRECTIONS),
    Column("pitches", "i32", "pitches", "pitches with velocity and movement"),
    Column("fastballs", "i32", "pitches", "of these, four-seam and two-seam fastballs and sinkers"),
    *_kind("fastball", "fastballs"),
    Column("fastball_spins", "i32", "pitches", "fastballs with a spin rate"),
    Column("fastball_spin", "f64", "rpm", "sum of their spin rates"),
    Column("breaking", "i32", "pitches", "sliders, sweepers and curves"),
    *_kind("breaking", "breaking balls"),
    Column("offspeed", "i32", "pitches", "changeups, splitters, forkballs and screwballs"),
    *_kind("offspeed", "offspeed pitches"),
)

PHYSICS_COUNTS = Table(
    "features.physics_counts",
    grain="one row per season, side of the ball and player whose batted balls or pitches were measured; sums to be "
    "added",
    description="Exit velocity, launch angle, spray, velocity, movement and spin of each player, as sums and counts.",
    columns=(SEASON, PLAYER_TYPE, MLBAM_ID, *_MEASURED),
    key=("season", "player_type", "mlbam_id"),
    partition_by=("season",),
    reads={
        "core.games": same_season(),
        "core.pitches": same_season(),
        "core.plate_appearances": same_season(),
        "raw.partial_pitches": same_season(optional=True),
    },
    build="fbm_pipeline.aggregates.physics_counts:physics_counts",
    seasons="fbm_pipeline.aggregates.physics_counts:seasons_with_plate_appearances",
)

TABLES = (SEQUENCE_COUNTS, PHYSICS_COUNTS)
