"""What the ablations say, for the results page: per ablation, where it is better or worse than its reference.

Not here: the figures themselves (ablations.csv), and how they are compared (ablations).
"""

import pandas as pd

from fbm_pipeline.ablations.registry import REGISTRY


def ablations_section(rows: pd.DataFrame) -> str:
    """Markdown of all plans; `rows` as ablations.csv, of one kind of data."""
    lines = [
        "### Ablations\n",
        "What changes when one thing is changed; `fbm ablations` computes them, and all differences with their "
        "intervals are in [ablations.csv](ablations.csv). A verdict is about RMSE, adjusted by Holm over all "
        "statistics of both player types. `among`: all players scored, or a tier of history (PA or BF of three "
        "years).\n",
    ]
    for (plan, seasons), own in rows.groupby(["plan", "seasons"], sort=True):
        lines += [
            f"#### `{plan}`, {seasons}\n",
            "| ablation | against | among | better | worse | undecided | asks |", "|---|---|---|---|---|---:|---|",
        ]  # fmt: skip
        for (ablation, universe), found in own.groupby(["ablation", "universe"], sort=False):
            verdicts = [_named(found, "better"), _named(found, "worse"), str((found["verdict"] == "undecided").sum())]
            known = REGISTRY.get(str(ablation))
            asks = known.question if known else "–"
            against = found["reference"].iloc[0]
            lines.append(f"| {ablation} | {against} | {universe} | {' | '.join(verdicts)} | {asks} |")
        lines.append("")
    return "\n".join(lines)


def _named(rows: pd.DataFrame, verdict: str) -> str:
    """The statistics with a verdict and their change in r, batters' before pitchers'."""
    chosen = rows[rows["verdict"] == verdict]
    parts = [
        f"{str(player_type)[0].upper()} " + ", ".join(f"{row.stat} {row.d_r:+.3f}" for row in own.itertuples())
        for player_type, own in chosen.groupby("player_type", sort=True)
    ]
    return "; ".join(parts) or "–"
