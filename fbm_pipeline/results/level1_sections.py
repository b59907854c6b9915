"""Tables of the Level 1 page that are read off one by one: pre-training, decoder, signs of collapse.

Each takes rows as evaluation.level1 of one kind of data and section and returns Markdown. Not here: the useful test
(level1_useful), faces (level1_faces), the page's order (level1_page).
"""

from collections.abc import Sequence

import pandas as pd

from fbm_pipeline.evaluation.level1_sections import NATS, epoch_of

FAIR_LOOKUPS = ("base", "hands", "hands_order")  # they know no more than the encoder may
COLLAPSE_MEASURES = (
    "embedding_effective_rank",
    "embedding_information_abundance",
    "words_effective_rank",
    "words_information_abundance",
)
_NONE = "–"


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
    lines = [
        "## Signs of collapse\n",
        "After the first → last epoch. Effective rank: how many directions are in use (the exponential of the entropy "
        "of singular values).\nInformation abundance: their sum over the largest. A fall while the loss falls is a "
        "collapse.\n",
        "| arm, cutoff | epochs | " + " | ".join(name.replace("_", " ") for name in COLLAPSE_MEASURES) + " |",
        "|---|---:|" + "---:|" * len(COLLAPSE_MEASURES),
    ]
    for (cutoff, arm), own in rows.groupby(["cutoff", "arm"], sort=False):
        epochs = own["stat"].map(epoch_of)
        first, last = (own[epochs == end].set_index("measure")["value"] for end in (epochs.min(), epochs.max()))
        texts = [
            f"{first[name]:.1f} → {last[name]:.1f}" if name in first and name in last else _NONE
            for name in COLLAPSE_MEASURES
        ]
        lines.append(f"| `{arm}`, {cutoff} | {epochs.max()} | {' | '.join(texts)} |")
    return "\n".join(lines) + "\n"


def _nats_table(rows: pd.DataFrame, arm: str, lookups: Sequence[str]) -> str:
    """`1.781 / 1.807` by cutoff, games and target: the arm, and the best of the lookups that are there."""
    known = rows[rows["measure"] == NATS]
    stats = list(dict.fromkeys(known["stat"]))
    lines = [
        "| cutoff, games | " + " | ".join(name.replace("_", " ") for name in stats) + " |",
        "|---|" + "---:|" * len(stats),
    ]
    for (cutoff, seasons), own in known.groupby(["cutoff", "seasons"], sort=False):
        wide = own.pivot_table(index="stat", columns="arm", values="value").reindex(stats)
        best = wide.reindex(columns=list(lookups)).min(axis=1)
        arms = wide[arm] if arm in wide else best * float("nan")
        texts = [
            _NONE if pd.isna(nats) else f"{nats:.3f} / {_NONE if pd.isna(table) else f'{table:.3f}'}"
            for nats, table in zip(arms, best, strict=True)
        ]
        lines.append(f"| {cutoff}, {seasons} | {' | '.join(texts)} |")
    return "\n".join(lines) + "\n"
