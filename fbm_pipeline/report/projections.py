"""`publish.projections`: a season's rates with intervals, by player and system, and who the player is.

Not here: the files (exports), the page, and the making of the rates (training, evaluation).
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, head_statistics
from fbm_pipeline.evaluation.backtest import PREDICTIONS, WEIGHTS, projected_rates
from fbm_pipeline.evaluation.errors import EvaluationError
from fbm_pipeline.evaluation.intervals import (
    QUANTILES,
    Floats,
    Interval,
    batter_intervals,
    outs_per_batter,
    pitcher_intervals,
)
from fbm_pipeline.evaluation.universes import OWN_SYSTEMS
from fbm_pipeline.report.exports import write_exports
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_of
from fbm_pipeline.store.contracts import RATE_COLUMNS
from fbm_pipeline.store.engine import query, session, statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

TABLE = "publish.projections"
STATEMENTS = ("projected_rates", "projected_players", "prior_weights")

Rates = Mapping[str, Floats]
_INTERVALS: Mapping[str, Callable[[Rates, Rates, Floats], dict[str, Interval]]] = {
    "batter": batter_intervals,
    "pitcher": pitcher_intervals,
}


def publish(store: Store, settings: Settings, season: int) -> Written:
    """Write publish.projections of a season and its exports; systems as `OWN_SYSTEMS`.

    Opportunities are Marcel's playing time for every system, so that systems differ in their rates alone. Raises
    EvaluationError when the season's fold, its blend weights or a projected player's identity are missing.
    """
    key = inputs_key(
        code=code_of("baseball", "evaluation", "report"),
        sql=[statement(f"evaluation/{name}") for name in STATEMENTS],
        predictions=store.content(PREDICTIONS, {"fold": season}),
        weights=store.content(WEIGHTS, {"season": season}),
        players=store.content("core.players"),
        lines={
            part["season"]: store.content("core.season_lines", part)
            for part in store.partitions("core.season_lines") if int(part["season"]) < season
        },
        features={
            name: store.content(f"features.{name}", {"season": season})
            for name in ("marcel_rates", "stat_profiles", "archetypes")
        },
        systems=OWN_SYSTEMS, quantiles=QUANTILES,
    )  # fmt: skip
    written = store.build(TABLE, {"season": season}, key, lambda: projections(store, season))
    write_exports(settings, season, load_projections(store, season), written.content_hash)
    return written


def load_projections(store: Store, season: int) -> pa.Table:
    """The season's rows of publish.projections, ordered by player type, player and system."""
    with session(store) as connection:
        return connection.execute(
            f"select * from {TABLE} where season = $season order by player_type, mlbam_id, system",
            {"season": season},
        ).to_arrow_table()  # fmt: skip


def projected_players(store: Store, season: int) -> pd.DataFrame:
    """Who is projected: playing time, name, ids, team, age, archetype; one row per player type and player."""
    bounds = {"season": season, "as_of": preseason(season)}
    with session(store) as connection:
        return query(connection, "evaluation/projected_players", bounds).to_pandas()


def projections(store: Store, season: int) -> pa.Table:
    """The rows of publish.projections of a season; see `publish`."""
    rates = projected_rates(store, season)
    rates["concentration"] = _concentrations(store, season, rates)
    players = projected_players(store, season)
    _check_identities(rates, players, season)
    parts = []
    for player_type in PLAYER_TYPES:
        for system in OWN_SYSTEMS:
            chosen = rates[(rates["player_type"] == player_type) & (rates["system"] == system)]
            parts.append(_system_rows(chosen, players[players["player_type"] == player_type], player_type, system))
    rows = pd.concat(parts, ignore_index=True).assign(season=season, as_of=preseason(season))
    schema = store.contracts[TABLE].schema
    return pa.Table.from_pandas(rows.reindex(columns=schema.names), schema, preserve_index=False)


def _concentrations(store: Store, season: int, rates: pd.DataFrame) -> pd.Series:
    """Each row's own concentration; where a system has none the contextual one of the player and statistic, which
    was fitted by likelihood; where that is missing too the evidence behind Marcel's rate.
    """
    key = ["player_type", "mlbam_id", "statistic"]
    with session(store) as connection:
        bounds = {"season": season, "as_of": preseason(season)}
        weights = query(connection, "evaluation/prior_weights", bounds).to_pandas()
    contextual = rates.loc[rates["system"] == "contextual", [*key, "concentration"]]
    found = (
        rates[[*key, "concentration"]]
        .merge(contextual.rename(columns={"concentration": "fitted"}), on=key, how="left")
        .merge(weights, on=key, how="left")
    )
    return found["concentration"].fillna(found["fitted"]).fillna(found["weight"]).set_axis(rates.index)


def _check_identities(rates: pd.DataFrame, players: pd.DataFrame, season: int) -> None:
    key = ["player_type", "mlbam_id"]
    known = players.dropna(subset=["name", "identity_source"])[key]
    asked = rates[key].drop_duplicates()
    missing = asked.merge(known, on=key, how="left", indicator=True).query("_merge == 'left_only'")
    if len(missing):
        raise EvaluationError(
            f"{len(missing)} of {len(asked)} players projected for {season} lack a Marcel rate, a name or a stat "
            f"profile as of {preseason(season)}, such as {missing[key].head(5).to_dict('records')}. Next: "
            f"materialize core.players, features.marcel_rates and features.stat_profiles for {season}."
        )


def _system_rows(rates: pd.DataFrame, players: pd.DataFrame, player_type: str, system: str) -> pd.DataFrame:
    """One row per player with the rates of one system and their quantiles, columns as the table names them."""
    wide = rates.pivot(index="mlbam_id", columns="statistic", values=["rate", "concentration"]).sort_index()
    rows = players.set_index("mlbam_id").loc[wide.index].reset_index().assign(system=system)
    opportunities = rows["opportunities"].to_numpy(np.float64)
    rate = {name: wide["rate", name].to_numpy(np.float64) for name in rates["statistic"].unique()}
    heads = {item.name for item in head_statistics(player_type)}
    concentration = {name: wide["concentration", name].to_numpy(np.float64) for name in rate if name in heads}
    _check_complete(player_type, system, concentration, heads)
    intervals = _INTERVALS[player_type](rate, concentration, opportunities)
    columns: dict[str, Floats] = {}
    for name in [item for item in RATE_COLUMNS if item in rate]:
        columns[name] = rate[name]
        columns |= {f"{name}_{label}": getattr(intervals[name], label) for label in QUANTILES}
    if player_type == "pitcher":
        columns["ip"] = opportunities * outs_per_batter(rate) / 3
    return pd.concat([rows, pd.DataFrame(columns, index=rows.index)], axis=1)


def _check_complete(player_type: str, system: str, concentration: Rates, heads: set[str]) -> None:
    missing = sorted(heads - set(concentration)) + [
        f"{name} ({int(np.isnan(values).sum())} players)"
        for name, values in concentration.items() if np.isnan(values).any()
    ]  # fmt: skip
    if missing:
        raise EvaluationError(
            f"{player_type} {system}: no concentration for {missing}, so no interval. Next: predict the fold again "
            "with a concentration per head statistic, or materialize features.marcel_rates."
        )
