"""The page of Level 1: the goal by the one rule, the tables' figures, a length that a person reads."""

import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.learned_gains import CHOSEN
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.level1_gains import chosen_arm, gains_section, read_goal
from fbm_pipeline.results.level1_neighbours import FaceTable
from fbm_pipeline.results.level1_page import Record, level1_page
from fbm_pipeline.results.markdown import MOST_LINES
from fbm_pipeline_tests.results.level1_planted import DEVELOPMENT, TEST, frame, other_rows, useful_rows

THREE = ("batter bb_rate", "batter hr_rate", "pitcher so_rate")
RECORD = Record(
    data="simulated",
    encoders=[(2022, 2021), (2024, 2021)],
    development=DEVELOPMENT,
    test=TEST,
    faces=[FaceTable("Who", "By a rule.", ["lead", "share#"], [["most | fewest", "3"]])],
    source="preset `tiny`, run `abc`",
)


def is_met(**planted: object) -> bool:
    return read_goal(frame(useful_rows(**planted)), "masked", TEST).met  # type: ignore[arg-type]


def test_the_goal_is_met_where_three_are_better_none_worse_and_the_untrained_encoder_is_beaten() -> None:
    assert is_met(better=THREE)


@pytest.mark.parametrize(
    "planted",
    [
        {"better": THREE[:2]},
        {"better": (*THREE[:2], "batter triple_rate")},  # it is not among the main ones
        {"better": THREE, "worse": ("pitcher h_rate",)},
        {"better": THREE, "worse": ("batter triple_rate",)},  # any counts
        {"better": THREE, "untrained": (-0.1, -0.3, 0.1)},
        {"better": THREE, "untrained": (0.2, 0.1, 0.3)},
    ],
)
def test_the_goal_is_not_met_when_one_condition_fails(planted: dict) -> None:
    assert not is_met(**planted)


def test_an_interval_clear_of_zero_is_no_verdict() -> None:
    """What Holm leaves undecided stays so, however narrow its own interval is."""
    rows = frame(useful_rows(better=THREE))
    rows.loc[rows["verdict"] == "better", "verdict"] = "undecided"
    steps = rows[(rows["measure"] == "d_rmse") & (rows["reference"] == "control")]
    assert (steps["high"] < 0).sum() == len(THREE)
    assert not read_goal(rows, "masked", TEST).met
    assert "**The goal is not met.**" in gains_section(rows, DEVELOPMENT, TEST)


def test_the_goal_is_not_met_without_a_comparison_with_the_untrained_encoder() -> None:
    rows = frame(useful_rows(better=THREE))
    assert not read_goal(rows[rows["reference"] != "untrained"], "masked", TEST).met


def test_the_untrained_encoder_is_found_in_the_chosen_form() -> None:
    rows = frame(useful_rows(better=THREE, arm="masked_on_top"))
    rows = rows.replace({"reference": {"untrained": "untrained_on_top"}})
    assert read_goal(rows, "masked_on_top", TEST).met


def test_only_test_seasons_decide() -> None:
    rows = frame([*useful_rows(better=THREE, seasons=DEVELOPMENT), *useful_rows(better=THREE[:1])])
    assert not read_goal(rows, "masked", TEST).met
    with pytest.raises(EvaluationError, match="a family of 0 rows"):
        read_goal(frame(useful_rows(seasons=DEVELOPMENT)), "masked", TEST)


def test_tables_show_the_rows() -> None:
    text = gains_section(frame(useful_rows(better=THREE)), DEVELOPMENT, TEST)
    line = "| batter BB% | 30.00 | 29.50 | -0.500 [-0.800, -0.200] | 0.010 | **better** | +0.002 [+0.001, +0.003] |"
    assert line in text
    assert "| `masked` | – | – | -0.40 % [-0.60, -0.20] | 3 / 0 |" in text


def test_arms_stand_in_the_order_of_their_gain_on_development_seasons() -> None:
    rows = frame([*useful_rows(seasons=DEVELOPMENT), *useful_rows(seasons=DEVELOPMENT, arm="vectors")])
    rows.loc[(rows["arm"] == "vectors") & (rows["measure"] == "d_rmse_percent"), "value"] = -0.9
    text = gains_section(rows, DEVELOPMENT, TEST)
    assert text.index("| `vectors` |") < text.index("| `masked` |")


def test_without_a_choice_or_a_test_there_is_no_goal() -> None:
    rows = frame(useful_rows(seasons=DEVELOPMENT))
    assert "The goal is" not in gains_section(rows, DEVELOPMENT, TEST)
    unchosen = frame(useful_rows())
    unchosen = unchosen[unchosen["measure"] != CHOSEN]
    assert chosen_arm(unchosen) is None
    assert "The goal is" not in gains_section(unchosen, DEVELOPMENT, TEST)


def test_the_page_shows_figures_of_all_sections() -> None:
    page = level1_page(frame([*useful_rows(better=THREE), *other_rows()]), RECORD)
    assert "| 2024, 2024 | 1.930 / 1.970 |" in page  # the encoder, and the best table that knows no more
    assert "| 2024, 2024 | 1.170 / 1.160 |" in page
    assert "| `masked`, 2024 | 10 | 11.0 → 20.0 | 12.0 → 21.0 |" in page
    assert "| most / fewest | 3 |" in page  # a bar in a cell would split it
    assert RETROSHEET in page


def test_a_page_that_nobody_reads_to_the_end_is_refused() -> None:
    many = FaceTable("Many", "Too many.", ["one"], [[str(place)] for place in range(MOST_LINES)])
    with pytest.raises(EvaluationError, match=f"at most {MOST_LINES}"):
        level1_page(frame(useful_rows()), Record(**{**vars(RECORD), "faces": [many]}))
