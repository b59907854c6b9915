"""The verb `fbm ablations`: list what is registered, run what is missing, print and write the comparison.

Not here: what an ablation is and how it is run (ablations), its runs in MLflow (tracking).
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fbm_pipeline.settings import Settings, SettingsError
from fbm_pipeline.store.tables import Store

if TYPE_CHECKING:
    from fbm_pipeline.ablations.plan import Plan


def show_ablations(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    """Run one call of the verb; 1 when something of the plan could not be compared.

    Raises EvaluationError for names, plans and seasons that do not fit.
    """
    from fbm_pipeline.ablations.plan import PLANS, narrowed, plan_of
    from fbm_pipeline.results.ablations import registry_text

    if options.list or not (options.names or options.plan):
        print("\n".join(registry_text()))
        print("\nPlans:", *(f"{name} ({len(plan.ablations)})" for name, plan in PLANS.items()))
        return 0
    kinds = [options.player_type] if options.player_type else []
    plan = narrowed(plan_of(options.names, options.plan), kinds, seasons_given(options.seasons), options.seeds)
    return _compare(store, settings, options, plan)


def _compare(store: Store, settings: Settings, options: argparse.Namespace, plan: "Plan") -> int:
    from fbm_pipeline.results.ablations import ablations_text, note_looks_of, write_ablations
    from fbm_pipeline.results.files import page_folder
    from fbm_pipeline.tracking.ablations import compare_kept, run_tracked

    done = compare_kept(store, settings, plan) if options.no_run else run_tracked(store, settings, plan)
    print(f"data: {settings.data_kind}; {len(done.cells)} cells, {done.computed} computed now")
    if done.url:
        print(f"MLflow: {done.url}")
    looks_file = page_folder(settings, options.docs) / "looks.csv"
    if done.rows:
        looks = note_looks_of(looks_file, settings, done.plan, done.cells)
        print("\n".join(ablations_text(done.rows)))
        print(f"\n{write_ablations(settings, done.rows)}")
        if looks:
            print(f"{looks} new looks at test seasons are on record in {looks_file}")
    for name in done.missing:
        print(f"not compared: {name}")
    return 1 if done.missing else 0


def seasons_given(text: str | None) -> Sequence[int]:
    """`2010-2017` or `2019,2021` as seasons, without 2020 in a range; none for no text. Raises SettingsError."""
    from fbm_pipeline.baseball.calendar import SHORT_SEASON

    if not text:
        return []
    parts = text.split(",")
    if len(parts) == 1 and text.count("-") == 1 and all(part.isdigit() for part in text.split("-")):
        first, last = map(int, text.split("-"))
        if first <= last:
            return [season for season in range(first, last + 1) if season != SHORT_SEASON]
    elif all(part.strip().isdigit() for part in parts):
        return [int(part) for part in parts]
    raise SettingsError(f"--seasons {text!r} is neither a range such as 2010-2017 nor a list such as 2019,2021")
