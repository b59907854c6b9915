"""The tables of playing time: how much will the players play whom Marcel projects, and those whom only the minors know.

Both have the same columns, so that whoever projects counts can put one below the other.
"""

from fbm_pipeline.store.columns import PLAYER_KEY, TRAINED_FROM, TRAINED_UNTIL, Column, N, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import seasons_before, seasons_up_to, whole


def _of_pitchers(name: str, kind: str, unit: str, meaning: str, largest_null_share: float = 0.0) -> Column:
    return Column(name, kind, unit, meaning, nullable=True, only_for="pitcher", largest_null_share=largest_null_share)


_PROJECTED = (
    *PLAYER_KEY,
    Column("opportunities", "f64", "PA or BF", "the mean to expect, the chance of not playing included"),
    Column("p10", "f64", "PA or BF", "the tenth percentile"),
    Column("p50", "f64", "PA or BF", "the median", for_people=True),
    Column("p90", "f64", "PA or BF", "the 90th percentile"),
    # Learnt from regulars alone: a league with too few of them has none.
    Column("if_regular", "f64", "PA or BF", "the mean if he is a regular", nullable=True, largest_null_share=1.0),
    _of_pitchers("outs", "f64", "outs", "the outs that the mean is worth"),
    _of_pitchers("outs_p10", "f64", "outs", "the outs of the tenth percentile"),
    _of_pitchers("outs_p90", "f64", "outs", "the outs of the 90th percentile"),
)
_PROVENANCE = (*for_people((TRAINED_FROM,)), TRAINED_UNTIL, *for_people((N,)))
_ROLE = _of_pitchers("role", "str", "word", "the likelier role: `starter` or `reliever`")
_STARTER_CHANCE = _of_pitchers("starter_chance", "f64", "share", "the chance that half or more of his games are starts")
# Whoever missed the last season has no role to change.
_ROLE_CHANGE = _of_pitchers("role_change", "f64", "share", "the chance of another role than last season's", 0.7)

PLAYING_TIME = Table(
    "features.playing_time",
    grain="one row per player, side of the ball and as-of date; opportunities are PA or BF, outs and roles of pitchers",
    description="How much every player Marcel projects will play, zero included, learned from earlier seasons.",
    columns=(*_PROJECTED, _ROLE, _STARTER_CHANCE, _ROLE_CHANGE, *_PROVENANCE),
    key=("player_type", "mlbam_id", "as_of"),
    partition_by=("player_type", "season"),
    reads={
        "core.season_lines": seasons_before(),
        "core.games": seasons_before(),
        "core.player_games": seasons_before(),
        "core.players": whole(),
        "raw.lahman_appearances": whole(),
        "raw.lahman_pitching": whole(),
        "raw.lahman_people": whole(),
    },
    build="fbm_pipeline.playing_time.model:playing_time",
    seasons="fbm_pipeline.playing_time.model:teachable_seasons",
)

# The target seasons of the last twelve years teach (`mle.evidence`). Behind each lie three seasons of lines, and behind
# the minors' lines two more of their clubs.
_TAUGHT, _LINES, _CLUBS = 12, 15, 17

NEWCOMER_PLAYING_TIME = Table(
    "features.newcomer_playing_time",
    grain="one row per newcomer, side of the ball and as-of date; the columns of features.playing_time",
    description="How much players whom only AAA and AA know will play in the majors, zero included.",
    # A role is that in the minors, and unknown where starts are not recorded; no source has its chances.
    columns=(*_PROJECTED, *(column.nullable_with() for column in (_ROLE, _STARTER_CHANCE, _ROLE_CHANGE)), *_PROVENANCE),
    key=("player_type", "mlbam_id", "as_of"),
    partition_by=("player_type", "season"),
    reads={
        "core.minor_lines": seasons_before(_CLUBS),
        "core.season_lines": seasons_before(_LINES),
        "core.games": seasons_before(_LINES),
        "core.players": whole(),
        "features.marcel_rates": seasons_up_to(_TAUGHT),
        "features.mle_translations": seasons_up_to(_TAUGHT),
    },
    build="fbm_pipeline.playing_time.newcomer_playing_time:newcomer_playing_time",
    type_seasons="fbm_pipeline.playing_time.newcomer_playing_time:buildable_seasons",
)

TABLES = (PLAYING_TIME, NEWCOMER_PLAYING_TIME)
