"""`evaluation.scores`: the registered comparisons over development and over test seasons.

Not here: how a cell is scored (scoring), differences between systems (pairs).
"""

import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.backtest import BACKTEST, backtest_seasons, load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import MIN_OPPORTUNITIES, PRESENT_SHARE, SYSTEMS, TOP
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.pairs import season_groups
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, absent_seasons, seasons_label, sheet_scores
from fbm_pipeline.evaluation.sheets import RATE, sheets
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.engine import session, statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

SCORES = "evaluation.scores"


def build_scores(store: Store, settings: Settings) -> Written:
    """Write evaluation.scores over the preset's development and test seasons that have been built.

    Raises EvaluationError when none has been.
    """
    seasons = backtest_seasons(store, settings)
    if not seasons:
        preset = settings.preset
        raise EvaluationError(
            f"{BACKTEST} holds none of the seasons {preset.development_seasons + preset.test_seasons} of preset "
            f"{preset.name}. Next: materialize {BACKTEST} for them."
        )
    key = inputs_key(
        code=code_key(f"{__name__}:build_scores"),
        backtest={year: store.content(BACKTEST, {"season": year}) for year in seasons},
        lines=store.content("core.season_lines"),
        sql=statement("evaluation/scored_rows"),
        data=settings.data_kind,
        groups=[settings.preset.development_seasons, settings.preset.test_seasons],
        systems=SYSTEMS,
        rules=[MIN_OPPORTUNITIES, PRESENT_SHARE, MIN_PLAYERS, TOP],
    )

    def compute() -> pa.Table:
        backtest = load_backtest(store, seasons)
        rows = [
            {"data": settings.data_kind, **row}
            for sheet in sheets(backtest)
            for comparison in REGISTERED.values()
            for group in season_groups(comparison, settings.preset)
            for row in sheet_scores(sheet, comparison, group)
        ]
        if not rows:
            raise EvaluationError(
                f"no comparison can be scored: in none of the seasons {seasons} do all systems of one of "
                f"{', '.join(REGISTERED)} project {MIN_PLAYERS} players. Next: materialize features.control_rates and "
                f"then {BACKTEST} for them."
            )
        return pa.Table.from_pylist(rows, schema=store.contracts[SCORES].schema)

    return store.build(SCORES, {}, key, compute)


def left_out(store: Store, settings: Settings) -> list[tuple[str, int, list[str]]]:
    """What the scores could not use: comparison, season, and the systems that project nobody in it."""
    backtest = load_backtest(store, backtest_seasons(store, settings))
    return [
        (comparison.name, season, systems)
        for comparison in REGISTERED.values()
        for group in season_groups(comparison, settings.preset)
        for season, systems in absent_seasons(backtest, comparison, group).items()
    ]


def pooled_scores(store: Store) -> pd.DataFrame:
    """Rows of evaluation.scores of rates over several seasons, in each comparison's own universe."""
    with session(store, tables=(SCORES,)) as connection:
        scores = connection.execute(f"from {SCORES} order by all").df()
    own = scores["comparison"].map({name: item.universe for name, item in REGISTERED.items()})
    return scores[(scores["universe"] == own) & (scores["kind"] == RATE) & scores["seasons"].str.contains("-")]


def comparison_figures(store: Store, settings: Settings) -> dict[str, bytes]:
    """PNG figures of every comparison that was scored, by name: r by season, and reliability and calibration of each
    group of seasons.
    """
    from fbm_pipeline.evaluation import figures  # matplotlib takes a second to import, and only this asks for it

    with session(store, tables=(SCORES,)) as connection:
        scores = connection.execute(f"from {SCORES} order by all").df()
    backtest = load_backtest(store, backtest_seasons(store, settings))
    drawn = {}
    for name, comparison in REGISTERED.items():
        own = scores[(scores["comparison"] == name) & (scores["universe"] == comparison.universe)]
        if own.empty:
            continue
        drawn[f"{name}: r by season"] = figures.figure_r_by_season(scores, comparison)
        single = own.loc[~own["seasons"].str.contains("-"), "seasons"].astype(int).unique().tolist()
        for group in season_groups(comparison, settings.preset):
            used = [season for season in group if season in single]
            if len(used) > 1:
                label = seasons_label(used)
                drawn[f"{name}: reliability {label}"] = figures.figure_reliability(scores, comparison, label)
                drawn[f"{name}: calibration {label}"] = figures.figure_calibration(backtest, comparison, used)
    return drawn
