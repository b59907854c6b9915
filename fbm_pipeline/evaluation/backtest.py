"""What each system said before a season beside what happened, and the scores of all seasons together.

Not here: the choice of blend weights (blending), who is scored (universes) and how (scoring, metrics).
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.actuals import load_actuals
from fbm_pipeline.evaluation.errors import EvaluationError
from fbm_pipeline.evaluation.public import PUBLIC_SYSTEMS, RAW_TABLE, public_rates
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS, all_scores, compared_scores
from fbm_pipeline.evaluation.universes import MIN_OPPORTUNITIES, OWN_SYSTEMS, PRESENT_SHARE, SYSTEMS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_of
from fbm_pipeline.store.engine import query, session, statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

BACKTEST = "evaluation.backtest"
SCORES = "evaluation.scores"
PREDICTIONS = "models.predictions"
WEIGHTS = "evaluation.blend_weights"


def build_backtest(store: Store, season: int) -> Written:
    """Write evaluation.backtest of one test season: every system's rate of every player who then played.

    Raises EvaluationError when the fold is missing or one of our systems leaves out players whom Marcel projects.
    """
    statements = ("projected_rates", "public_projections", "season_lines")
    key = inputs_key(
        code=code_of("baseball", "evaluation"),
        sql=[statement(f"evaluation/{name}") for name in statements],
        predictions=store.content(PREDICTIONS, {"fold": season}),
        weights=store.content(WEIGHTS, {"season": season}),
        public=store.content(RAW_TABLE),
        public_systems=PUBLIC_SYSTEMS,
        lines={year: store.content("core.season_lines", {"season": year}) for year in range(season - 3, season + 1)},
    )
    return store.build(BACKTEST, {"season": season}, key, lambda: _backtest(store, season))


def projected_rates(store: Store, season: int) -> pd.DataFrame:
    """Our systems' rates for a season, long, with their concentrations; the ensemble is made here.

    Raises EvaluationError when the fold of `season` or its blend weights are missing or a system is incomplete.
    """
    for table, column in ((PREDICTIONS, "fold"), (WEIGHTS, "season")):
        if not any(part[column] == season for part in store.partitions(table)):
            raise EvaluationError(f"{table} has no {column} {season}. Next: materialize {table} for {season}.")
    with session(store) as connection:
        rates = query(connection, "evaluation/projected_rates", {"season": season}).to_pandas()
    _check_coverage(rates, season)
    return rates


def _check_coverage(rates: pd.DataFrame, season: int) -> None:
    counts = (
        rates.groupby(["player_type", "statistic", "system"]).size().unstack(fill_value=0)
        .reindex(columns=list(OWN_SYSTEMS), fill_value=0)
    )  # fmt: skip
    uneven = counts[counts.nunique(axis=1) > 1]
    unknown = rates[~np.isfinite(rates["rate"])]
    if len(unknown):
        raise EvaluationError(
            f"{PREDICTIONS} fold {season}: {len(unknown)} rates are not finite, such as "
            f"{unknown.iloc[0].to_dict()}. Next: find where the fold's projections lose their numbers."
        )
    found = sorted(set(rates["player_type"]))
    if found != sorted(PLAYER_TYPES) or len(uneven):
        raise EvaluationError(
            f"{PREDICTIONS} fold {season}: each of {', '.join(OWN_SYSTEMS)} must project the same players of both "
            f"player types, found types {found} and uneven rows in {len(uneven)} statistics\n"
            f"{uneven.head(10).to_string()}\n"
            f"Next: predict both player types of fold {season} again and choose its blend weights after."
        )


def _backtest(store: Store, season: int) -> pa.Table:
    own = projected_rates(store, season)
    public = public_rates(store, season).rates
    columns = ["player_type", "mlbam_id", "statistic", "system", "rate"]
    projected = pd.concat([own[columns], public[columns]], ignore_index=True) if len(public) else own[columns]
    actual = load_actuals(store, season, season).to_pandas()
    rows = projected.merge(actual, on=["player_type", "mlbam_id", "statistic"], how="inner")
    if rows.empty:
        raise EvaluationError(
            f"core.season_lines of {season} holds none of the {own['mlbam_id'].nunique()} players projected: the "
            f"season has not been played or not been loaded. Next: materialize core.season_lines for {season}."
        )
    rows = rows.rename(columns={"rate": "projected"})
    rows = rows.sort_values(["player_type", "mlbam_id", "statistic", "system"])
    schema = store.contracts[BACKTEST].schema
    return pa.Table.from_pandas(rows[schema.names], schema, preserve_index=False)


def build_scores(store: Store, settings: Settings) -> Written:
    """Write evaluation.scores over the preset's backtest seasons that have been built.

    Raises EvaluationError when none has been.
    """
    seasons = backtest_seasons(store, settings)
    if not seasons:
        raise EvaluationError(
            f"{BACKTEST} holds none of the seasons {settings.preset.backtest_seasons} of preset "
            f"{settings.preset.name}. Next: materialize {BACKTEST} for them."
        )
    key = inputs_key(
        code=code_of("baseball", "evaluation"),
        backtest={year: store.content(BACKTEST, {"season": year}) for year in seasons},
        lines=store.content("core.season_lines"),
        sql=statement("evaluation/first_seasons"),
        data=settings.data_kind,
        systems=SYSTEMS,
        rules=[MIN_OPPORTUNITIES, PRESENT_SHARE, MIN_PLAYERS],
    )

    def compute() -> pa.Table:
        rows = [{"data": settings.data_kind, **row} for row in all_scores(load_backtest(store, seasons))]
        return pa.Table.from_pylist(rows, schema=store.contracts[SCORES].schema)

    return store.build(SCORES, {}, key, compute)


def backtest_seasons(store: Store, settings: Settings) -> list[int]:
    """The preset's test seasons that evaluation.backtest holds."""
    built = {part["season"] for part in store.partitions(BACKTEST)}
    return [season for season in settings.preset.backtest_seasons if season in built]


def load_backtest(store: Store, seasons: list[int]) -> pd.DataFrame:
    """Rows of evaluation.backtest of these seasons with `debut`: no major-league season before, on either side."""
    with session(store) as connection:
        first = query(connection, "evaluation/first_seasons").to_pandas()
        rows = connection.execute(
            f"select * from {BACKTEST} where list_contains($seasons, season) order by all", {"seasons": seasons}
        ).to_arrow_table().to_pandas()  # fmt: skip
    rows["debut"] = rows["mlbam_id"].map(first.set_index("mlbam_id")["first_season"]) == rows["season"]
    return rows


def compare(store: Store, systems: list[str], universe: str) -> pa.Table:
    """Scores of `systems` on their common players of `universe`, all backtest seasons pooled.

    Columns as evaluation.scores without `data`. Raises EvaluationError for a system that the backtest does not
    hold, ValueError for an unknown universe.
    """
    seasons = sorted({int(part["season"]) for part in store.partitions(BACKTEST)})
    backtest = load_backtest(store, seasons) if seasons else pd.DataFrame({"system": []})
    held = sorted(backtest["system"].unique())
    unknown = [system for system in systems if system not in held]
    if unknown or not systems:
        raise EvaluationError(
            f"{BACKTEST} does not hold {unknown or 'an empty list of systems'}; it holds {held} for the seasons "
            f"{seasons}. Next: name systems that it holds."
        )
    fields = [field for field in store.contracts[SCORES].schema if field.name != "data"]
    return pa.Table.from_pylist(compared_scores(backtest, systems, universe), schema=pa.schema(fields))
