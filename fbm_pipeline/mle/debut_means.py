"""`features.debut_means`: the rates of debutants by age and role, for whoever has no line anywhere.

Not here: how they are fitted (`debutants`).
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, SeasonLines, league_rates, read_season_lines
from fbm_pipeline.mle.debutants import AGES, ROLES, fit_debut_means, relative_concentrations
from fbm_pipeline.mle.derived_rates import Rates, derive, fit_line_shape
from fbm_pipeline.mle.minor_lines import COMPONENTS, component_of
from fbm_pipeline.mle.tables import DEBUT_MEANS
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = "features.debut_means"


def debut_means(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.debut_means` for a season, from all lines before it. Raises ValueError when there are none."""
    seasons = sorted(int(part["season"]) for part in inputs.partitions("core.season_lines"))
    if not seasons:
        raise ValueError(
            f"core.season_lines has no season before {season}, so nobody made his debut; materialize core.season_lines "
            "of at least two seasons before it first."
        )
    return debut_table(read_season_lines(inputs, player_type, seasons[0], season - 1), season)


def debut_table(lines: SeasonLines, season: int) -> pa.Table:
    """Every statistic at AGES by role; `concentration` is null where a statistic has no head."""
    means = fit_debut_means(lines, season)
    ages = np.array(AGES, dtype=np.float64)
    shape = fit_line_shape(lines.since(season - SEASONS_BACK))
    league = latest_league(lines)
    heads = {item.name: 1.0 for item in head_statistics(lines.player_type)} | relative_concentrations(lines, season)
    rows = []
    for role in ROLES[lines.player_type]:
        by_component = {item.component: item for item in means if item.role == role}
        components = [by_component[name].rate(ages, league[name]) for name in COMPONENTS[lines.player_type]]
        for name, rates in derive(shape, np.column_stack(components)).items():
            mean = by_component[component_of(name, lines.player_type)]
            concentration = mean.concentration * heads[name] if name in heads else None
            rows += [
                {
                    "season": season,
                    "player_type": lines.player_type,
                    "as_of": preseason(season),
                    "role": role,
                    "age": int(age),
                    "statistic": name,
                    "rate": float(rate),
                    "concentration": concentration,
                    "n": mean.n,
                    "trained_until": season - 1,
                }
                for age, rate in zip(ages, rates, strict=True)
            ]
    return pa.Table.from_pylist(rows, schema=DEBUT_MEANS.schema)


def latest_league(lines: SeasonLines) -> dict[str, float]:
    """The majors' rate of each component in the latest season of the lines."""
    latest = {}
    for item in statistics(lines.player_type):
        rates = league_rates(lines, item)
        latest[item.name.removesuffix("_rate")] = rates[max(rates)] if rates else 0.0
    return latest


def debut_rates(
    store: Store, player_type: str, season: int, roles: np.ndarray, ages: np.ndarray
) -> tuple[Rates, Rates]:
    """Rates of every statistic and concentrations of the heads for n players by role and age, as stored."""
    filters = [("player_type", "=", player_type), ("season", "=", season)]
    columns = ["role", "age", "statistic", "rate", "concentration"]
    means = store.delta(TABLE).to_pyarrow_table(filters=filters, columns=columns).to_pandas()
    keys = pd.MultiIndex.from_arrays([roles, np.clip(np.rint(ages), AGES[0], AGES[-1]).astype(int)])
    rates, concentrations = (
        means.pivot(index=["role", "age"], columns="statistic", values=value).reindex(keys)
        for value in ("rate", "concentration")
    )
    heads = {item.name for item in head_statistics(player_type)}
    return (
        {name: rates[name].to_numpy(np.float64) for name in rates},
        {name: concentrations[name].to_numpy(np.float64) for name in concentrations if name in heads},
    )
