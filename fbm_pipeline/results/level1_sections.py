"""Tables of the Level 1 page that are read off one by one: pre-training, decoder, signs of collapse.

Each takes rows as evaluation.level1 of one kind of data and section and returns Markdown. Not here: the useful test
(level1_useful), faces (level1_faces), the page's order (level1_page).
"""

from collections.abc import Sequence

import pandas as pd

from fbm_pipeline.results.level1_rows import NATS, epoch_of

ENCODER_ARMS = ("base", "hands", "hands_order", "hands_order_length", "masked", "masked_without_physics")
FAIR_LOOKUPS = ("base", "hands", "hands_order")  # they know no more than the encoder may
DECODER_ARMS = ("base", "lookup", "vectors")
COLLAPSE_MEASURES = (
    "embedding_effective_rank", "embedding_information_abundance", "words_effective_rank",
    "words_information_abundance",
)  # fmt: skip
_NONE = "–"


def pretraining_section(rows: pd.DataFrame) -> str:
    """A table per cutoff: nats a hidden plate appearance by target, the encoder beside its lookups."""
    lines = [
        "### What the encoder learnt to fill in\n",
        "Nats per hidden plate appearance of games that no gradient saw (less is better). The lookups are tables of "
        "frequencies: overall, by hands, by hands and order in the outing; the last is also told how many pitches the "
        "plate appearance took, which is hidden from the encoder. Where the encoder is no better than the lookup that "
        "sees as much, it has learnt who plays when, not how.\n",
        _nats_tables(rows, ENCODER_ARMS),
        _lead(rows, "masked", "The encoder", FAIR_LOOKUPS),
    ]
    return "\n".join(lines)


def decoder_section(rows: pd.DataFrame) -> str:
    """A table per cutoff: nats an event by head, player vectors beside lookups."""
    lines = [
        "### What player vectors tell of each pitch\n",
        "Nats per event of held-out games by head (less is better): `base` knows the classes' shares, `lookup` also "
        "the context (count, hands), `vectors` also who met whom, from games before.\n",
        _nats_tables(rows, DECODER_ARMS),
        _lead(rows, "vectors", "The decoder with vectors", ("base", "lookup")),
    ]
    return "\n".join(lines)


def collapse_section(rows: pd.DataFrame, figure: str) -> str:
    """A line per cutoff and epoch: how many directions embeddings and words use; `figure` is the picture's name."""
    lines = [
        "### Signs of collapse\n",
        "Effective rank is the exponential of the entropy of the singular values: how many directions are in use. "
        "Information abundance is their sum over the largest. A collapse is a fall of either while the loss still "
        "falls.\n",
        f"![Effective rank and information abundance by epoch]({figure})\n",
        "| arm | cutoff | epoch | " + " | ".join(name.replace("_", " ") for name in COLLAPSE_MEASURES) + " |",
        "|---|---:|---:|" + "---:|" * len(COLLAPSE_MEASURES),
    ]
    for (cutoff, arm, stat), own in rows.groupby(["cutoff", "arm", "stat"], sort=False):
        values = own.set_index("measure")["value"]
        texts = [f"{values[name]:.2f}" if name in values else _NONE for name in COLLAPSE_MEASURES]
        lines.append(f"| `{arm}` | {cutoff} | {epoch_of(str(stat))} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def _nats_tables(rows: pd.DataFrame, arms: Sequence[str]) -> str:
    known = rows[rows["measure"] == NATS]
    others = [arm for arm in dict.fromkeys(known["arm"]) if arm not in arms]
    lines = []
    for (cutoff, seasons), own in known.groupby(["cutoff", "seasons"], sort=False):
        shown = [arm for arm in (*arms, *others) if arm in set(own["arm"])]
        lines += [
            f"Cutoff {cutoff}, games of {seasons}:\n",
            "| target | n | " + " | ".join(f"`{arm}`" for arm in shown) + " |",
            "|---|---:|" + "---:|" * len(shown),
        ]
        for stat, cells in own.groupby("stat", sort=False):
            nats = cells.set_index("arm")["value"]
            texts = [f"{nats[arm]:.4f}" if arm in nats else _NONE for arm in shown]
            lines.append(f"| {stat} | {cells['n'].max() or _NONE} | " + " | ".join(texts) + " |")
        lines.append("")
    return "\n".join(lines)


def _lead(rows: pd.DataFrame, arm: str, name: str, lookups: Sequence[str]) -> str:
    """In how many cells the arm is below the best of the tables of frequencies; nothing where there is none."""
    known = rows[rows["measure"] == NATS]
    wide = known.pivot_table(index=["cutoff", "seasons", "stat"], columns="arm", values="value")
    held = [other for other in lookups if other in wide]
    gains = (wide[held].min(axis=1) - wide[arm]).dropna() if held and arm in wide else pd.Series(dtype="float64")
    if gains.empty:
        return ""
    return (
        f"{name} needs fewer nats than the best of {', '.join(f'`{other}`' for other in held)} in "
        f"{int((gains > 0).sum())} of {len(gains)} cells, by {gains.mean():.4f} on average ({gains.min():.4f} to "
        f"{gains.max():.4f}).\n"
    )
