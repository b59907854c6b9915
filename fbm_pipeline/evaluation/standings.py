"""`evaluation.scores`: the registered comparisons over development and over test seasons.

Not here: how a cell is scored (scoring), differences between systems (pairs).
"""

import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.backtest import BACKTEST, backtest_seasons, load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparisons import CONTROLS, NETWORK, REGISTERED
from fbm_pipeline.evaluation.pairs import backtested_seasons, season_groups
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, absent_seasons, seasons_label, sheet_scores
from fbm_pipeline.evaluation.sheets import RATE, sheets
from fbm_pipeline.evaluation.tables import SCORES as SCORES_TABLE
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

SCORES = "evaluation.scores"


def scores(inputs: Inputs) -> pa.Table:
    """Rows of evaluation.scores over the preset's development and test seasons that have been backtested.

    Raises EvaluationError when none has been, and when no comparison has enough players.
    """
    settings = inputs.settings
    seasons = backtested_seasons(inputs, settings)
    backtest = load_backtest(inputs, seasons)
    rows = [
        {"data": settings.data_kind, **row}
        for sheet in sheets(backtest)
        for comparison in REGISTERED.values()
        for group in season_groups(comparison, settings)
        for row in sheet_scores(sheet, comparison, group)
    ]
    if not rows:
        raise EvaluationError(
            f"no comparison can be scored: in none of the seasons {seasons} do all systems of one of "
            f"{', '.join(REGISTERED)} project {MIN_PLAYERS} players. Next: materialize features.control_rates and "
            f"then {BACKTEST} for them."
        )
    return pa.Table.from_pylist(rows, schema=SCORES_TABLE.schema)


def left_out(store: Store, settings: Settings) -> list[tuple[str, int, list[str]]]:
    """What the scores could not use: comparison, season, and the systems that project nobody in it."""
    backtest = load_backtest(store, backtest_seasons(store, settings.preset))
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
    universes = scores["comparison"].map({name: item.universe for name, item in REGISTERED.items()})
    return scores[(scores["universe"] == universes) & (scores["kind"] == RATE) & scores["seasons"].str.contains("-")]


def comparison_figures(store: Store, settings: Settings) -> dict[str, bytes]:
    """PNG figures of the comparisons of our own systems that were scored, by name: r by season, and reliability and
    calibration of each group of seasons. Of the others the page of results has the figures; all of them took a minute.
    """
    from fbm_pipeline.evaluation import figures  # matplotlib takes a second to import, and only this asks for it

    with session(store, tables=(SCORES,)) as connection:
        scores = connection.execute(f"from {SCORES} order by all").df()
    backtest = load_backtest(store, backtest_seasons(store, settings.preset))
    images = {}
    for name, comparison in {item.name: item for item in (CONTROLS, NETWORK)}.items():
        comparison_scores = scores[(scores["comparison"] == name) & (scores["universe"] == comparison.universe)]
        if comparison_scores.empty:
            continue
        images[f"{name}: r by season"] = figures.figure_r_by_season(scores, comparison)
        single = (
            comparison_scores.loc[~comparison_scores["seasons"].str.contains("-"), "seasons"]
            .astype(int)
            .unique()
            .tolist()
        )
        for group in season_groups(comparison, settings.preset):
            used = [season for season in group if season in single]
            if len(used) > 1:
                label = seasons_label(used)
                images[f"{name}: reliability {label}"] = figures.figure_reliability(scores, comparison, label)
                images[f"{name}: calibration {label}"] = figures.figure_calibration(backtest, comparison, used)
    return images
