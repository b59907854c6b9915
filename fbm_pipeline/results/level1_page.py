"""The text of docs/results/level1.md: whether Level 1 is of use, what it learnt, and its faces. At most 150 lines.

It counts and compares; it does not praise. Not here: reading and writing files (level1_results), tables of one
section (level1_useful, level1_sections, level1_tables).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.level1_sections import COLLAPSE, DECODER, PRETRAINING, USEFUL
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.level1_sections import collapse_section, decoder_section, pretraining_section
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.results.level1_useful import useful_section
from fbm_pipeline.results.verdicts import RULE

MOST_LINES = 150


@dataclass(frozen=True)
class Record:
    """What the rows do not hold: seasons, encoders, faces, and the run that the figures come from."""

    data: str  # real or simulated
    encoders: Sequence[tuple[int, int]]  # cutoff and first season of each
    development: str  # label of its seasons
    test: str
    faces: Sequence[FaceTable]
    source: str


def level1_page(rows: pd.DataFrame, record: Record) -> str:
    """The whole page; rows as evaluation.level1. Raises EvaluationError when it would be longer than a person
    reads."""
    sections = {section: own for section, own in rows.groupby("section", sort=False)}
    parts = [_introduction(record)]
    if USEFUL in sections:
        parts.append(useful_section(sections[USEFUL], record.development, record.test))
    for name, write in ((PRETRAINING, pretraining_section), (DECODER, decoder_section), (COLLAPSE, collapse_section)):
        if name in sections:
            parts.append(write(sections[name]))
    text = "\n".join([*parts, _faces(record), _foot(record)])
    lines = len(text.splitlines())
    if lines > MOST_LINES:
        raise EvaluationError(f"the page of Level 1 has {lines} lines, at most {MOST_LINES}. Next: show fewer faces.")
    return text


def _introduction(record: Record) -> str:
    encoders = "; ".join(f"{cutoff} (from {first})" for cutoff, first in record.encoders)
    title = "# Level 1: an encoder of pitches" + ("" if record.data == "real" else ", on a simulated league")
    return f"""{title}

Level 1 reads pitches and describes plate appearances and players in numbers. An encoder of cutoff C has seen games up
to season C and serves later ones. A description is of use when it makes the control better on seasons that nobody
chose on, and more so than the untrained encoder does. The control is in [README.md](README.md).

Cutoffs of the encoders: {encoders}. Development seasons {record.development}, test seasons {record.test}.

{RULE}
"""


def _faces(record: Record) -> str:
    faces = "\n".join(face.markdown() for face in record.faces)
    return f"""## Faces, chosen by rules and not by taste

{faces}
Below, each panel is the plane of largest spread among its vectors. Words moved alike mean alike to the encoder.

![Maps of pitch results, outcomes and pitch types, and of mean embeddings by outcome](level1_words.png)
"""


def _foot(record: Record) -> str:
    command = "make level1 DATA=<folder of source files>" if record.data == "real" else "make demo"
    return f"""## Made by

`{command}`, then `fbm level1`. All rows are in the run's `results/level1.parquet`.

Figures: {record.source}.

{RETROSHEET}
"""
