"""What the Level 1 page says of planted rows: the goal in both directions, tables line by line."""

import pytest

from fbm_pipeline.evaluation.useful_test import CHOSEN, MAIN_STATISTICS
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.level1_page import Record, level1_page
from fbm_pipeline.results.level1_rows import PRETRAINING
from fbm_pipeline.results.level1_sections import pretraining_section
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.results.level1_useful import chosen_arm, goal_sentence, read_goal, useful_section
from fbm_pipeline_tests.results.level1_planted import DEVELOPMENT, TEST, frame, other_rows, useful_rows

THREE = ("batter bb_rate", "batter hr_rate", "pitcher so_rate")
RECORD = Record(
    "tiny", [[2022, 2021], [2024, 2021]], DEVELOPMENT, TEST,
    {"words": "level1_words.png", "collapse": "level1_collapse.png"},
    [FaceTable("Who", "By a rule.", ["lead", "share#"], [["most | fewest", "3"]])],
)  # fmt: skip


def told(**planted: object) -> str:
    return goal_sentence(read_goal(frame(useful_rows(**planted)), "masked", TEST))  # type: ignore[arg-type]


def test_the_goal_is_met_where_three_are_better_none_worse_and_the_untrained_encoder_is_beaten() -> None:
    sentence = told(better=THREE)
    assert sentence.startswith("**The goal is met.**")
    assert "on 3 of the 12 main statistics (batter bb_rate, batter hr_rate, pitcher so_rate)" in sentence
    assert "clearly worse on none of the 17 scored" in sentence
    assert "beats the untrained encoder (mean change of RMSE -0.20 % [-0.30, -0.10])" in sentence


@pytest.mark.parametrize(
    ("planted", "reason"),
    [
        ({"better": THREE[:2]}, "on 2 of the 12 main statistics"),
        ({"better": (*THREE[:2], "batter triple_rate")}, "on 2 of the 12"),  # it is not among the main ones
        ({"better": THREE, "worse": ("pitcher h_rate",)}, "clearly worse on 1 of the 17 scored (pitcher h_rate)"),
        ({"better": THREE, "worse": ("batter triple_rate",)}, "clearly worse on 1 of the 17 scored"),  # any counts
        ({"better": THREE, "untrained": (-0.1, -0.3, 0.1)}, "does not beat the untrained encoder"),
        ({"better": THREE, "untrained": (0.2, 0.1, 0.3)}, "does not beat the untrained encoder"),
    ],
)
def test_the_goal_is_not_met_when_one_condition_fails(planted: dict, reason: str) -> None:
    sentence = told(**planted)
    assert sentence.startswith("**The goal is not met.**")
    assert reason in sentence


def test_the_goal_is_not_met_without_a_comparison_with_the_untrained_encoder() -> None:
    rows = frame(useful_rows(better=THREE))
    sentence = goal_sentence(read_goal(rows[rows["reference"] != "untrained"], "masked", TEST))
    assert sentence.startswith("**The goal is not met.**")
    assert "was not held against the untrained encoder" in sentence


def test_the_untrained_encoder_is_found_in_the_chosen_form() -> None:
    rows = frame(useful_rows(better=THREE, arm="masked_on_top")).replace(
        {"reference": {"untrained": "untrained_on_top"}}
    )
    assert read_goal(rows, "masked_on_top", TEST).met


def test_only_test_seasons_decide() -> None:
    rows = frame([*useful_rows(better=THREE, seasons=DEVELOPMENT), *useful_rows(better=THREE[:1])])
    assert not read_goal(rows, "masked", TEST).met


def test_the_section_shows_every_statistic_with_main_ones_in_bold() -> None:
    text = useful_section(frame(useful_rows(better=THREE)), DEVELOPMENT, TEST)
    bold = sum(f"| **{stat}** |" in text for stat in {stat for stats in MAIN_STATISTICS.values() for stat in stats})
    assert bold == len({stat for stats in MAIN_STATISTICS.values() for stat in stats})
    line = "| **bb_rate** | 900 | 30.00 | 29.50 | -0.500 [-0.800, -0.200] | 0.010 | better | +0.002 [+0.001, +0.003] |"
    assert line in text
    assert "| double_rate | 900 | 30.00 | 29.90 | -0.100 [-0.500, +0.300] | 0.010 | undecided |" in text
    assert "| `masked` | – | – | -0.40 % [-0.60, -0.20] | 3 / 0 |" in text
    assert "| `untrained` | – | – | -0.20 % [-0.30, -0.10] | 3 / 0 |" in text


def test_arms_stand_in_the_order_of_their_gain_on_development_seasons() -> None:
    rows = frame([*useful_rows(seasons=DEVELOPMENT), *useful_rows(seasons=DEVELOPMENT, arm="vectors")])
    rows.loc[(rows["arm"] == "vectors") & (rows["measure"] == "d_rmse_percent"), "value"] = -0.9
    text = useful_section(rows, DEVELOPMENT, TEST)
    assert text.index("| `vectors` |") < text.index("| `masked` |")


def test_without_a_choice_or_a_test_nothing_is_said_of_the_goal() -> None:
    rows = frame(useful_rows(seasons=DEVELOPMENT))
    assert "It was not scored on the test seasons 2024." in useful_section(rows, DEVELOPMENT, TEST)
    unchosen = rows[rows["measure"] != CHOSEN]
    assert chosen_arm(unchosen) is None
    assert "No block was chosen yet" in useful_section(unchosen, DEVELOPMENT, TEST)
    assert "The goal is" not in useful_section(unchosen, DEVELOPMENT, TEST)


def test_the_encoder_is_held_against_the_best_lookup() -> None:
    rows = frame(other_rows())
    text = pretraining_section(rows[rows["section"] == PRETRAINING])
    assert "| outcome | 900 | 2.1400 | 1.9700 | 1.9000 | 1.9300 |" in text
    assert "The encoder needs fewer nats than the best of `base`, `hands_order` in 1 of 1 cells, by 0.0400" in text


def test_the_page_has_all_sections_in_order_and_both_kinds() -> None:
    rows = frame([*useful_rows(better=THREE), *other_rows()])
    page = level1_page(rows, {"simulated": RECORD})
    places = [page.index(text) for text in (
        "## Simulated league (it shows that the machinery runs", "### Does a learned block", "**The goal is met.**",
        "### What the encoder learnt", "### What player vectors tell", "### Signs of collapse",
        "### Faces", "## Made again by", RETROSHEET,
    )]  # fmt: skip
    assert places == sorted(places)
    assert (
        "The decoder with vectors needs fewer nats than the best of `base`, `lookup` in 0 of 1 cells, by -0.0100"
        in page
    )
    assert "| `masked` | 2024 | 10 | 20.00 | 21.00 | 22.00 | 23.00 |" in page
    assert "| most / fewest | 3 |" in page  # a bar in a cell would split it
    assert "## Real data" not in page
    real = frame(useful_rows(), "real")
    both = level1_page(rows, {"real": RECORD, "simulated": RECORD})
    assert "make level1 DATA=" in both
    assert both.index("## Real data") < both.index("## Simulated league")
    assert "The goal is not met" in level1_page(real, {"real": RECORD})
