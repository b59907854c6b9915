"""`publish.projections`: a season's rates with intervals, by player and system, and who the player is.

Not here: the files (exports), the page, and the making of the rates (training, evaluation).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.error_spread import load_spread
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.innings import with_outs
from fbm_pipeline.backtest.intervals import Floats
from fbm_pipeline.backtest.predictive import QUANTILES
from fbm_pipeline.backtest.projected import NEWCOMER_PLAYING_TIME, projected_opportunities, projected_rates
from fbm_pipeline.backtest.universes import OWN_SYSTEMS
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, RATE_COLUMNS, head_statistics
from fbm_pipeline.parks.coming_clubs import read_winter_rosters
from fbm_pipeline.publish.exports import write_exports
from fbm_pipeline.publish.published_intervals import published_intervals
from fbm_pipeline.publish.tables import PROJECTIONS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = "publish.projections"
IDENTITY_TABLES = (
    "core.players",
    "core.season_lines",
    "core.minor_lines",
    "features.marcel_rates",
    "features.mle_rates",
    "features.stat_profiles",
    "features.archetypes",
)

# The halves of the control are steps of its making; two systems only show what the translation of minors is worth.
UNPUBLISHED = ("control_ridge", "control_trees", "debut_mean", "component_factors")
PUBLISHED = tuple(system for system in OWN_SYSTEMS if system not in UNPUBLISHED)

Rates = Mapping[str, Floats]

_PLAYER = ["player_type", "mlbam_id"]
_ROLE = ["role", "starter_chance", "role_change"]


def projection_season(store: Store, settings: Settings) -> list[int]:
    """The season that the preset looks ahead to."""
    return [settings.preset.projection_season]


def export(store: Store, settings: Settings, season: int) -> None:
    """Write the season's files. Raises EvaluationError when its projections were not published."""
    hashes = [digest for part, digest in store.content_hashes(TABLE) if part == {"season": season}]
    if not hashes:
        raise EvaluationError(f"{TABLE} has no season {season}. Next: materialize {TABLE} for {season}.")
    write_exports(settings, season, load_projections(store, season), hashes[0])


def load_projections(store: Store, season: int) -> pa.Table:
    """The season's rows of publish.projections, ordered by player type, player and system."""
    with session(store, tables=(TABLE,)) as connection:
        return connection.execute(
            f"select * from {TABLE} where season = $season order by player_type, mlbam_id, system", {"season": season}
        ).to_arrow_table()


def projected_players(store: Store, season: int) -> pd.DataFrame:
    """Who is projected: name, ids, team, age, archetype, opportunities of the three seasons before (0 without any) and
    Marcel's playing time; one row per player type and player.
    """
    bounds = {"season": season, "as_of": preseason(season)}
    with session(store, tables=IDENTITY_TABLES) as connection:
        players = query(connection, "evaluation/projected_players", bounds).to_pandas()
        before = query(connection, "evaluation/prior_opportunities", {"season": season}).to_pandas()
    players = players.merge(before, on=["player_type", "mlbam_id"], how="left").fillna({"prior_opportunities": 0})
    return _with_coming_clubs(store, season, players)


def _with_coming_clubs(store: Store, season: int, players: pd.DataFrame) -> pd.DataFrame:
    """`team` by the winter's last roster for the players on it, and `team_from`: `roster`, `last_line`, `parent_club`
    (of a newcomer's last line in the minors), null without any.
    """
    rosters = read_winter_rosters(store, season, season)
    club = dict(zip(rosters.column("mlbam_id").to_pylist(), rosters.column("club").to_pylist(), strict=True))
    coming = players["mlbam_id"].map(club)
    team_from = (
        players["identity_source"].map({"mle": "parent_club"}).fillna("last_line").where(players["team"].notna())
    )
    return players.assign(team=coming.fillna(players["team"]), team_from=team_from.mask(coming.notna(), "roster"))


def projections(inputs: Inputs, season: int) -> pa.Table:
    """The rows of publish.projections of a season: every system of `PUBLISHED` that was made for it.

    Both Marcels keep Marcel's playing time, with the innings that their rates imply; the others take that of
    features.playing_time, with its intervals and roles. Raises EvaluationError when Marcel's rates, the blend weights
    of the season's fold or a projected player's identity are missing.
    """
    rates = projected_rates(inputs, season)
    rates["concentration"] = _concentrations(inputs, season, rates)
    players = projected_players(inputs, season)
    _check_identities(rates, players, season)
    made_systems = [system for system in PUBLISHED if system in set(rates["system"])]
    players = players.drop(columns="opportunities").merge(
        _playing_time(inputs, season, made_systems, rates), on=_PLAYER
    )
    rates = _with_playing_time(inputs, season, rates[rates["system"].isin(made_systems)], players)
    spread = load_spread(inputs, season)
    parts = []
    for player_type in PLAYER_TYPES:
        for system in made_systems:
            system_rates, system_players = (
                frame[(frame["player_type"] == player_type) & (frame["system"] == system)] for frame in (rates, players)
            )
            parts.append(_system_rows(system_rates, system_players, player_type, system, spread))
    rows = pd.concat(parts, ignore_index=True).assign(season=season, as_of=preseason(season))
    schema = PROJECTIONS.schema
    return pa.Table.from_pandas(rows.reindex(columns=schema.names), schema, preserve_index=False)


def _playing_time(store: Store, season: int, systems: Sequence[str], rates: pd.DataFrame) -> pd.DataFrame:
    """Opportunities and innings with their intervals, and role, by player and system; innings null for batters."""
    time = with_outs(projected_opportunities(store, season, systems), rates)
    innings = {"ip": "outs", "ip_p10": "outs_p10", "ip_p90": "outs_p90"}
    playing_time = time.rename(columns={"p10": "opportunities_p10", "p90": "opportunities_p90"})
    playing_time = playing_time.assign(**{name: time[outs].astype("float64") / 3 for name, outs in innings.items()})
    ends = ["opportunities", "opportunities_p10", "opportunities_p90"]
    return playing_time[[*_PLAYER, "system", *ends, *innings, *_ROLE]]


def _with_playing_time(store: Store, season: int, rates: pd.DataFrame, time: pd.DataFrame) -> pd.DataFrame:
    """`rates` without newcomers where too few came before them to expect any playing time: they are not published.

    Raises EvaluationError where features.newcomer_playing_time was made and leaves newcomers out.
    """
    key = [*_PLAYER, "system"]
    matched = rates.merge(time[key], on=key, how="left", indicator=True)
    has_playing_time = (matched.pop("_merge") == "both").to_numpy()
    missing = matched.loc[~has_playing_time, _PLAYER].drop_duplicates()
    made = {str(part["player_type"]) for part in store.partitions(NEWCOMER_PLAYING_TIME) if part["season"] == season}
    left_out = missing[missing["player_type"].isin(made)]
    if len(left_out):
        raise EvaluationError(
            f"{NEWCOMER_PLAYING_TIME} of {season} leaves out {len(left_out)} newcomers, such as "
            f"{left_out.iloc[0].to_dict()}. Next: materialize it again for {season}."
        )
    return matched[has_playing_time].reset_index(drop=True)


def _concentrations(store: Store, season: int, rates: pd.DataFrame) -> pd.Series:
    """Each row's own concentration; where a system has none the contextual one of the player and statistic, which
    was fitted by likelihood; where that is missing too the evidence behind Marcel's rate.
    """
    key = ["player_type", "mlbam_id", "statistic"]
    with session(store, tables=("features.marcel_rates",)) as connection:
        bounds = {"season": season, "as_of": preseason(season)}
        weights = query(connection, "evaluation/prior_weights", bounds).to_pandas()
    contextual = rates.loc[rates["system"] == "contextual", [*key, "concentration"]]
    candidates = (
        rates[[*key, "concentration"]]
        .merge(contextual.rename(columns={"concentration": "fitted"}), on=key, how="left")
        .merge(weights, on=key, how="left")
    )
    return candidates["concentration"].fillna(candidates["fitted"]).fillna(candidates["weight"]).set_axis(rates.index)


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


def _system_rows(
    rates: pd.DataFrame, players: pd.DataFrame, player_type: str, system: str, spread: pd.DataFrame
) -> pd.DataFrame:
    """One row per player with the rates of one system and their quantiles, columns as the table names them."""
    wide = rates.pivot(index="mlbam_id", columns="statistic", values=["rate", "concentration"]).sort_index()
    rows = players.set_index("mlbam_id").loc[wide.index].reset_index()
    rate = {name: wide["rate", name].to_numpy(np.float64) for name in rates["statistic"].unique()}
    heads = {item.name for item in head_statistics(player_type)}
    concentration = {name: wide["concentration", name].to_numpy(np.float64) for name in rate if name in heads}
    _check_complete(player_type, system, concentration, heads)
    intervals = published_intervals(player_type, system, rate, concentration, rows, spread)
    columns: dict[str, Floats] = {}
    for name in [item for item in RATE_COLUMNS if item in rate]:
        columns[name] = rate[name]
        columns |= {f"{name}_{label}": getattr(intervals[name], label) for label in QUANTILES}
    return pd.concat([rows, pd.DataFrame(columns, index=rows.index)], axis=1)


def _check_complete(player_type: str, system: str, concentration: Rates, heads: set[str]) -> None:
    missing = sorted(heads - set(concentration)) + [
        f"{name} ({int(np.isnan(values).sum())} players)"
        for name, values in concentration.items()
        if np.isnan(values).any()
    ]
    if missing:
        raise EvaluationError(
            f"{player_type} {system}: no concentration for {missing}, so no interval. Next: predict the fold again "
            "with a concentration per head statistic, or materialize features.marcel_rates."
        )
