"""The record of ablations for people: the run's rows, lines for a terminal, and the looks they cost.

Not here: the comparison itself (ablations).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.ablations.plan import Cell, Plan
from fbm_pipeline.ablations.registry import REGISTRY
from fbm_pipeline.ablations.tables import ABLATIONS
from fbm_pipeline.evaluation.scoring import seasons_label
from fbm_pipeline.results.comparison_text import difference_lines
from fbm_pipeline.results.files import replace_rows, table_path
from fbm_pipeline.results.looks import add_look, read_looks, write_looks
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key

COLUMNS = tuple(ABLATIONS.column_names)


def write_ablations(settings: Settings, rows: Sequence[Mapping[str, object]]) -> Path:
    """Put a plan's rows in place of its own of the same seasons in the run's ablations.parquet; returns its path."""
    fresh = pd.DataFrame(list(rows)).assign(data=settings.data_kind)[list(COLUMNS)]
    replace_rows(settings, "ablations", fresh, ["data", "plan", "seasons"])
    return table_path(settings, "ablations")


def note_looks_of(target: Path, settings: Settings, plan: Plan, cells: Sequence[Cell]) -> int:
    """Add a row to the record of looks for each ablation whose test seasons were not seen before as it is now.

    Returns how many there were; none for a plan on development seasons.
    """
    tested = sorted(set(plan.seasons) & set(settings.preset.test_seasons))
    known = looks = read_looks(target)
    for name in plan.ablations if tested else ():
        keys = sorted(cell.key for cell in cells if cell.arm == name and cell.season in tested)
        configuration = inputs_key(cells=keys)[:12]
        looks = add_look(looks, settings.data_kind, f"ablation {name}", configuration, seasons_label(tested))
    if len(looks) > len(known):
        write_looks(target, looks)
    return len(looks) - len(known)


def ablations_text(rows: Sequence[Mapping]) -> list[str]:
    """One block per ablation: differences from its reference with 95 % intervals, and verdicts, in 120 columns."""
    lines: list[str] = []
    for (name, universe), of_one in pd.DataFrame(list(rows)).groupby(["ablation", "universe"], sort=False):
        first = of_one.iloc[0]
        lines += [
            "",
            f"{name} less {first['reference']}, {universe}, {first['seasons']}, {first['seeds']} seed(s): "
            f"{REGISTRY[str(name)].question}",
        ]
        lines += difference_lines(of_one.assign(kind="rate"))
    return lines


def registry_text() -> list[str]:
    """Every registered ablation with its phase, reference, question and what it changes."""
    lines = []
    for item in REGISTRY.values():
        changes = ", ".join(f"{name}={value}" for name, value in item.changes.items())
        lines.append(f"{item.name:<30} {item.phase:<17} from {item.reference:<8} {item.question}")
        lines.append(f"{'':<30} {changes or f'the network of phase {item.roadmap} over the preset'}")
    return lines
