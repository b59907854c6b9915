"""The text of docs/results/level1.md: whether Level 1 is of use, what it learnt, and its faces. At most 150 lines.

It counts and compares; it does not praise. Not here: reading and writing files (level1), gains of blocks
(level1_gains), how faces are found (level1_neighbours).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.evaluation.level1_sections import COLLAPSE, DECODER, NATS, PRETRAINING, USEFUL, epoch_of
from fbm_pipeline.results.level1_gains import gains_section
from fbm_pipeline.results.level1_neighbours import FaceTable
from fbm_pipeline.results.markdown import DASH, foot, page, table
from fbm_pipeline.results.measured import RULE

FAIR_LOOKUPS = ("base", "hands", "hands_order")  # they know no more than the encoder may
COLLAPSE_MEASURES = (
    "embedding_effective_rank",
    "embedding_information_abundance",
    "words_effective_rank",
    "words_information_abundance",
)


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
    sections = dict(list(rows.groupby("section", sort=False)))
    parts = [_introduction(record)]
    if USEFUL in sections:
        parts.append(gains_section(sections[USEFUL], record.development, record.test))
    for name, write in ((PRETRAINING, pretraining_section), (DECODER, decoder_section), (COLLAPSE, collapse_section)):
        if name in sections:
            parts.append(write(sections[name]))
    command = "make level1 DATA=<folder of source files>" if record.data == "real" else "make demo"
    made_by = f"`{command}`, then `fbm level1`. All rows are in the run's `results/level1.parquet`."
    return page([*parts, _faces(record), foot(made_by, record.source)], "level1.md")


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


def pretraining_section(rows: pd.DataFrame) -> str:
    """A line per cutoff and seasons: nats a hidden plate appearance by target, the encoder and its best lookup."""
    return f"""## What the encoder fills in

Nats per hidden plate appearance of games that no gradient saw: encoder / best table of frequencies (overall, by hands,
by hands and order in the outing). Less is better. Where the table is as good, the encoder has learnt who plays when.

{_nats_table(rows, "masked", FAIR_LOOKUPS)}"""


def decoder_section(rows: pd.DataFrame) -> str:
    """A line per cutoff: nats an event by head, player vectors and the best lookup."""
    return f"""## What player vectors add to each pitch

Nats per event of held-out games: with vectors of earlier games / best table by count and hands. Less is better.

{_nats_table(rows, "vectors", ("base", "lookup"))}"""


def collapse_section(rows: pd.DataFrame) -> str:
    """A line per arm and cutoff: directions in use after the first and after the last epoch."""
    lines = []
    for (cutoff, arm), training in rows.groupby(["cutoff", "arm"], sort=False):
        epochs = training["stat"].map(epoch_of)
        first, last = (training[epochs == end].set_index("measure")["value"] for end in (epochs.min(), epochs.max()))
        texts = [
            f"{first[name]:.1f} → {last[name]:.1f}" if name in first and name in last else DASH
            for name in COLLAPSE_MEASURES
        ]
        lines.append([f"`{arm}`, {cutoff}", str(epochs.max()), *texts])
    columns = ["arm, cutoff", "epochs#", *(f"{name.replace('_', ' ')}#" for name in COLLAPSE_MEASURES)]
    return f"""## Signs of collapse

After the first → last epoch. Effective rank: how many directions are in use (the exponential of the entropy of \
singular values).
Information abundance: their sum over the largest. A fall while the loss falls is a collapse.

{table(columns, lines)}"""


def _nats_table(rows: pd.DataFrame, arm: str, lookups: Sequence[str]) -> str:
    """`1.781 / 1.807` by cutoff, games and target: the arm, and the best of the lookups that are there."""
    known = rows[rows["measure"] == NATS]
    stats = list(dict.fromkeys(known["stat"]))
    lines = []
    for (cutoff, seasons), games in known.groupby(["cutoff", "seasons"], sort=False):
        wide = games.pivot_table(index="stat", columns="arm", values="value").reindex(stats)
        best = wide.reindex(columns=list(lookups)).min(axis=1)
        arms = wide[arm] if arm in wide else best * float("nan")
        texts = [
            DASH if pd.isna(nats) else f"{nats:.3f} / {DASH if pd.isna(lookup) else f'{lookup:.3f}'}"
            for nats, lookup in zip(arms, best, strict=True)
        ]
        lines.append([f"{cutoff}, {seasons}", *texts])
    return table(["cutoff, games", *(f"{name.replace('_', ' ')}#" for name in stats)], lines)
