"""Sentences of the results page: each holds for what is committed, and none outlives its figures."""

import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.results.measured import Measured
from fbm_pipeline.results.sentences import SENTENCES, Claim, Sentence, checked_sentences
from fbm_pipeline.settings import REPOSITORY

CLAIM = Claim("controls", "full", "marcel", "control", better=(2, 3), worse=(0, 0))
SENTENCE = Sentence("Simple methods help.", (CLAIM,))


def measured(*verdicts: str) -> Measured:
    rows = [
        {
            "comparison": "controls",
            "universe": "full",
            "base": "marcel",
            "new": "control",
            "verdict": verdict,
            "player_type": "batter",
            "stat": f"rate_{place}",
        }
        for place, verdict in enumerate(verdicts)
    ]
    return Measured(pd.DataFrame(), pd.DataFrame(rows))


def test_a_sentence_is_written_while_its_claims_hold() -> None:
    assert checked_sentences(measured("better", "better", "undecided"), [SENTENCE]) == ["Simple methods help."]


@pytest.mark.parametrize("verdicts", [("better", "undecided"), ("better",) * 4, ("better", "better", "worse")])
def test_a_sentence_that_no_longer_holds_is_refused(verdicts: tuple[str, ...]) -> None:
    with pytest.raises(EvaluationError, match=r"sentence 'Simple methods help.' does not hold: control against marcel"):
        checked_sentences(measured(*verdicts), [SENTENCE])


def test_a_claim_on_what_was_not_measured_is_refused() -> None:
    other = Sentence("Trees help.", (Claim("controls", "full", "ridge", "control", (0, 17), (0, 17)),))
    with pytest.raises(
        EvaluationError, match=r"'Trees help.' does not hold: control against ridge .* was not compared"
    ):
        checked_sentences(measured("better"), [other])


def test_there_are_five_and_each_claims_something_that_could_fail() -> None:
    assert len(SENTENCES) == 5
    for sentence in SENTENCES:
        assert sentence.claims
        for claim in sentence.claims:
            assert (*claim.better, *claim.worse) != (0, 17, 0, 17)


def test_the_committed_page_holds_these_sentences() -> None:
    page = " ".join((REPOSITORY / "docs" / "results" / "README.md").read_text(encoding="utf-8").split())
    assert [sentence.text for sentence in SENTENCES if sentence.text not in page] == []


def test_the_committed_counts_bear_the_claims() -> None:
    """The page's own table of families, read back, satisfies every claim."""
    lines = (REPOSITORY / "docs" / "results" / "README.md").read_text(encoding="utf-8").splitlines()
    counts = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if "→" in cells[0] and len(cells) == 6 and cells[3].isdigit():
            counts[cells[0], cells[1]] = int(cells[3]), int(cells[4])
    for claim in (claim for sentence in SENTENCES for claim in sentence.claims):
        players = "all" if claim.universe == "full" else f"`{claim.comparison}`"
        better, worse = counts[f"{claim.base} → {claim.new}", players]
        assert claim.better[0] <= better <= claim.better[1], claim
        assert claim.worse[0] <= worse <= claim.worse[1], claim
