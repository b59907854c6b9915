"""`fbm compare`: systems side by side with intervals and verdicts, or one system held against what it replaces.

Not here: the scores, the differences and the gate's rule (evaluation), files (results).
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from fbm_pipeline.cli.errors import CommandError
from fbm_pipeline.cli.pages import add_docs
from fbm_pipeline.evaluation.gate_rule import RULE, TOLERANCE
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

# As evaluation.comparisons has them, named here without importing pandas.
REGISTERED = ("controls", "public", "network", "physics", "minors", "minors_public", "network_minors")


def add_compare(verbs: Any) -> None:
    """The verb and its options. `verbs` is what `add_subparsers` returns."""
    compare = verbs.add_parser(
        "compare",
        help="score systems side by side with paired intervals, or ask the gate",
        description="Score systems on the players whom all of them project, test the differences, and put the rows "
        "into the run's results. Reporting test seasons is a look, and is counted.",
        epilog=f"The gate: {RULE}. It exits 1 when NEW fails, else says `passed` and exits 0; it writes only the look.",
    )
    compare.add_argument(
        "systems",
        nargs="+",
        metavar="SYSTEM",
        help=f"such as marcel control steamer, or the name of a registered comparison: {', '.join(REGISTERED)}",
    )
    compare.add_argument("--gate", action="store_true", help="hold the second system, NEW, against the first, BASE")
    compare.add_argument(
        "--tolerance",
        type=_share,
        default=TOLERANCE,
        help=f"of the gate: the share by which a season's RMSE may grow (default {TOLERANCE})",
    )
    compare.add_argument(
        "--seasons", help="test, development, all, or years such as 2018,2019 (default: test; for the gate all)"
    )
    add_docs(compare)


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: write .01 for one per cent")
    return value


def compare(settings: Settings, options: argparse.Namespace) -> int:
    """Print and write a comparison, or answer as the gate: 1 when NEW is worse."""
    store = Store(settings.store_root, TABLES)
    return _gate(store, settings, options) if options.gate else _compare(store, settings, options)


def _compare(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    from fbm_pipeline.evaluation.comparing import compare_systems
    from fbm_pipeline.evaluation.comparisons import named
    from fbm_pipeline.publish.pooled import pooled
    from fbm_pipeline.results.comparison_text import looks_text, pairs_text, scores_text
    from fbm_pipeline.results.looks import count_looks
    from fbm_pipeline.results.pages import write_comparison

    comparison = named(options.systems)
    default = comparison.seasons or settings.preset.test_seasons
    seasons = chosen_seasons(options.seasons, settings.preset, default)
    compared = compare_systems(store, settings, comparison, seasons)
    paths, looks = write_comparison(store, settings, options.docs, compared)
    print(f"{comparison.name}: {settings.data_kind} data, preset {settings.preset.name}")
    for season, absent in compared.left_out.items():
        print(f"season {season} left out: no {', '.join(absent)}")
    scores = pooled(compared.scores, seasons)
    shown = comparison.shown or (comparison.universe,)
    _print(scores_text, scores[scores["universe"].isin([*shown, "projected"])])
    _print(pairs_text, compared.pairs[compared.pairs["universe"].isin(shown)])
    print("\n".join(looks_text(count_looks(looks, settings.data_kind), list(comparison.systems))))
    print("By season, by tier of history and the rest: " + ", ".join(str(path) for path in paths))
    return 0


def _print(write: Callable[[Any], list[str]], rows: Any) -> None:
    print("\n".join(write(rows)))


def _gate(store: Store, settings: Settings, options: argparse.Namespace) -> int:
    from fbm_pipeline.evaluation.comparing import load_seasons
    from fbm_pipeline.evaluation.gate import ask_gate
    from fbm_pipeline.evaluation.scoring import seasons_label
    from fbm_pipeline.results.comparison_text import looks_text
    from fbm_pipeline.results.looks import count_looks
    from fbm_pipeline.results.pages import note_test_looks

    if len(options.systems) != 2:
        raise CommandError(f"--gate takes two systems, BASE and NEW, found {options.systems}")
    base, new = options.systems
    preset = settings.preset
    seasons = chosen_seasons(options.seasons, preset, (*preset.development_seasons, *preset.test_seasons))
    backtest = load_seasons(store, seasons, (base, new), partial=options.seasons is None)
    answer = ask_gate(backtest, base, new, options.tolerance)
    if set(answer.seasons) & set(preset.test_seasons):
        looks = note_test_looks(store, settings, options.docs, (base, new))
        print("\n".join(looks_text(count_looks(looks, settings.data_kind), [base, new])))
    share = f"{100 * options.tolerance:g} %"
    print(
        f"{new} against {base}, {settings.data_kind} data, seasons {', '.join(map(str, answer.seasons))}, "
        f"{answer.cells} comparisons of a season, statistic and universe, tolerance {share}."
    )
    if answer.passed:
        print(f"passed: no statistic has an RMSE more than {share} above {base}'s in two seasons or more.")
        return 0
    for item in answer.regressions:
        growths = ", ".join(f"{season} +{100 * growth:.1f} %" for season, growth in item.growth.items())
        print(f"  {item.player_type:<8}{item.stat:<14}{item.universe:<9}{growths}")
    print(
        f"failed: {new} is worse than {base} in {len(answer.regressions)} of the statistics by universe, "
        f"{seasons_label(list(answer.seasons))}.\nRule: {RULE}."
    )
    return 1


def chosen_seasons(text: str | None, preset: Preset, default: Sequence[int]) -> tuple[int, ...]:
    """The seasons that `--seasons` names. Raises CommandError for anything but a known word or years."""
    named = {
        "test": preset.test_seasons,
        "development": preset.development_seasons,
        "all": (*preset.development_seasons, *preset.test_seasons),
    }
    if text is None:
        return tuple(default)
    if text in named:
        return named[text]
    years = text.split(",")
    if not all(year.strip().isdigit() for year in years):
        raise CommandError(f"--seasons {text!r} is neither {', '.join(named)} nor years such as 2018,2019")
    return tuple(sorted({int(year) for year in years}))
