"""Five sentences about real seasons that a person wrote, each with the claims that make it true.

The page refuses to be written where a claim does not hold, so that no sentence outlives its figures or stands above
those of other data. Whoever meets that refusal reads the run's results.html, then writes a new sentence with new
claims here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.results.measured import Measured, count_verdicts

EVERY = 17  # statistics of a family


@dataclass(frozen=True)
class Claim:
    """`new` against `base` among the players of a comparison: bounds on how many verdicts are better and worse."""

    comparison: str
    universe: str
    base: str
    new: str
    better: tuple[int, int]
    worse: tuple[int, int]

    def check(self, measured: Measured) -> str | None:
        """What contradicts the claim: other counts, or none at all; None where it holds."""
        verdicts = measured.family(self.comparison, self.universe, self.base, self.new)["verdict"]
        counts = "was not compared"
        if len(verdicts):
            count = count_verdicts(verdicts)
            if _within(count.better, self.better) and _within(count.worse, self.worse):
                return None
            counts = f"is {count}"
        return (
            f"{self.new} against {self.base} ({self.comparison}, {self.universe}) {counts}, expected "
            f"{_span(self.better)} better and {_span(self.worse)} worse"
        )


@dataclass(frozen=True)
class Sentence:
    """A text of one idea and what it rests on."""

    text: str
    claims: tuple[Claim, ...]


NONE = (0, 0)
SENTENCES = (
    Sentence(
        "Simple methods bring most of the gain: the control, a ridge and boosted trees on season lines and pitch "
        "aggregates, is better than Marcel in every statistic.",
        (Claim("controls", "full", "marcel", "control", better=(EVERY, EVERY), worse=NONE),),
    ),
    Sentence(
        "Pitches add to season lines: with aggregates of them the control is better than the ridge on season lines in "
        "most statistics, and worse in none.",
        (Claim("controls", "full", "ridge", "control", better=(9, EVERY), worse=NONE),),
    ),
    Sentence(
        "The network is no gain yet: it is better than Marcel in some statistics, and worse than the control in nearly "
        "all.",
        (
            Claim("network", "full", "marcel", "contextual", better=(4, 12), worse=NONE),
            Claim("network", "full", "control", "contextual", better=NONE, worse=(15, EVERY)),
        ),
    ),
    Sentence(
        "Parks and minor-league lines add a little: `control_full` is better than the control in a few statistics, and "
        "worse in none.",
        (Claim("minors", "full", "control", "control_full", better=(1, 5), worse=NONE),),
    ),
    Sentence(
        "Public systems are equalled rather than beaten: against Steamer and ATC most differences of `control_full` "
        "are undecided, against ZiPS most are gains, and none is a loss.",
        (
            Claim("minors_public", "common", "steamer", "control_full", better=(0, 8), worse=NONE),
            Claim("minors_public", "common", "atc", "control_full", better=(0, 8), worse=NONE),
            Claim("minors_public", "common", "zips", "control_full", better=(9, EVERY), worse=NONE),
        ),
    ),
)


def checked_sentences(measured: Measured, sentences: Sequence[Sentence] = SENTENCES) -> list[str]:
    """The texts. Raises EvaluationError that names the first sentence with a claim that does not hold, and why."""
    for sentence in sentences:
        for claim in sentence.claims:
            complaint = claim.check(measured)
            if complaint is not None:
                raise EvaluationError(
                    "the page of results is left as it was, because its sentence "
                    f"{sentence.text.split(':')[0]!r} does not hold: {complaint}. Next: read the run's results.html; "
                    "to publish these figures, correct the sentence in fbm_pipeline/results/sentences.py."
                )
    return [sentence.text for sentence in sentences]


def _within(count: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= count <= bounds[1]


def _span(bounds: tuple[int, int]) -> str:
    low, high = bounds
    return str(low) if low == high else f"{low} to {high}"
