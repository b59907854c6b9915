"""docs/results/newcomers.md: what AAA and AA are worth, whose lines are known, and where newcomers land.

How well newcomers and short histories are projected stands on the results page. Not here: the fits (mle).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.identity.archetypes import MINIMUM_OPPORTUNITIES, read_archetypes
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.publish.writing import replace_text
from fbm_pipeline.results.files import page_folder, write_table
from fbm_pipeline.results.pages import run_named
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import match_rates
from fbm_pipeline.warehouse.season_games import minor_seasons

COLUMNS = ("data", "section", "season", "player_type", "name", "level", "measure", "value", "n")
# Of a centroid: in standard deviations of the players it was fitted on, rates as multiples of the league's.
SHOWN_FEATURES = {"three_year_hr_rate": "HR", "three_year_so_rate": "SO", "three_year_single_rate": "1B", "age": "age"}

Row = dict[str, str | int | float | None]


def write_newcomers(store: Store, settings: Settings, docs: Path | None = None) -> list[Path]:
    """Write newcomers.md and the run's newcomers.parquet from the store; returns their paths.

    Raises EvaluationError when no translation was fitted for the season projected.
    """
    season = settings.preset.projection_season
    rows = [*translation_rows(store, season), *match_rows(store), *archetype_rows(store, settings)]
    if not any(row["section"] == "translations" for row in rows):
        raise EvaluationError(
            f"features.mle_translations hold no season {season}. Next: materialize mle_translations of batters and "
            "pitchers for it."
        )
    table = pd.DataFrame([{"data": settings.data_kind, **row} for row in rows], columns=list(COLUMNS))
    page = newcomers_page(table, run_named(settings))
    return [
        replace_text(page_folder(settings, docs) / "newcomers.md", page),
        write_table(settings, "newcomers", table),
    ]


def translation_rows(store: Store, season: int) -> list[Row]:
    """Factor, worth and naive factor of every component and level before a season."""
    with session(store, tables=["features.mle_translations"]) as connection:
        fitted = query(connection, "results/translations", {"season": season}).to_pylist()
    return [
        {
            "section": "translations",
            "season": season,
            "player_type": row["player_type"],
            "name": row["component"],
            "level": row["level"],
            "measure": measure,
            "value": row[measure],
            "n": row["n"],
        }
        for row in fitted
        for measure in ("factor", "worth", "naive_factor")
    ]


def match_rows(store: Store) -> list[Row]:
    """Shares of opportunities whose player is known, by season, side of the ball and publisher."""
    return [
        {
            "section": "match",
            "season": rate.season,
            "player_type": rate.player_type,
            "name": rate.source,
            "level": None,
            "measure": measure,
            "value": getattr(rate, measure),
            "n": rate.lines,
        }
        for season in minor_seasons(store)
        for rate in match_rates(store, season)
        for measure in ("by_id", "by_name", "matched")
    ]


def archetype_rows(store: Store, settings: Settings) -> list[Row]:
    """By archetype of batters: shares of the established and of newcomers, of all and of their power bats."""
    seasons = [*settings.preset.development_seasons, *settings.preset.test_seasons]
    with session(store, tables=["features.stat_profiles", "features.archetypes"]) as connection:
        bounds = {"seasons": seasons, "established": MINIMUM_OPPORTUNITIES}
        counted = query(connection, "results/newcomer_archetypes", bounds).to_pandas()
    rows = _centroid_rows(store)
    for group, own in counted.groupby("player_group", sort=True):
        for measure, part in (("all", own), ("power bats", own[own["is_power_bat"]])):
            by_archetype = part.groupby("archetype")["players"].sum()
            rows += [
                {
                    "section": "archetypes",
                    "season": None,
                    "player_type": "batter",
                    "name": str(archetype),
                    "level": str(group),
                    "measure": measure,
                    "value": players / by_archetype.sum(),
                    "n": int(by_archetype.sum()),
                }
                for archetype, players in by_archetype.items()
            ]
    return rows


def _centroid_rows(store: Store) -> list[Row]:
    centroids = read_archetypes(store, "batter")
    return [
        {
            "section": "archetypes",
            "season": None,
            "player_type": "batter",
            "name": str(archetype),
            "level": "centroid",
            "measure": label,
            "value": float(centroids.centroids[archetype, centroids.scaler.names.index(feature)]),
            "n": len(centroids.centroids),
        }
        for archetype in range(len(centroids.centroids))
        for feature, label in SHOWN_FEATURES.items()
    ]


def newcomers_page(table: pd.DataFrame, source: str) -> str:
    """The whole page; rows as newcomers.parquet, `source` the run that they come from."""
    title = "# Newcomers: what the minors add"
    if set(table["data"]) == {"simulated"}:
        title += ", in a simulated league"
    foot = (
        "## Made by\n\n`make real DATA=<folder of source files>`, then `fbm newcomers`. All rows are in the run's "
        f"`results/newcomers.parquet`.\n\nFigures: {source}.\n\n{RETROSHEET}\n"
    )
    return "\n".join([f"{title}\n", _INTRODUCTION, _translations(table), _archetypes(table), _matches(table), foot])


_INTRODUCTION = """How well players of short histories are projected stands in [README.md](README.md), "By history".
Written by `fbm newcomers`: edit nothing here by hand.
"""


def _translations(rows: pd.DataFrame) -> str:
    chosen = rows[rows["section"] == "translations"]
    season = int(chosen["season"].iloc[0])
    lines = [
        f"## What a level is worth, before {season}\n",
        "`factor`: a player's rate in the majors, relative to the league, over his rate on the level, relative to it.\n"
        "`worth`: how many opportunities in the majors hold as much evidence as one on the level.\n`naive`: the ratio "
        "of what the same players did above and below, not shrunk.\n",
        "| player type | component | "
        + " | ".join(f"{level} {name}" for level in LEVELS for name in ("factor", "worth", "naive"))
        + " | player-seasons |",
        "|---|---|" + "---:|" * (3 * len(LEVELS) + 1),
    ]
    for player_type, components in COMPONENTS.items():
        for component in components:
            own = chosen[(chosen["player_type"] == player_type) & (chosen["name"] == component)]
            if len(own):
                value = own.set_index(["level", "measure"])["value"]
                cells = [
                    f"{value[level, measure]:.2f}"
                    for level in LEVELS
                    for measure in ("factor", "worth", "naive_factor")
                ]
                lines.append(f"| {player_type} | {component} | {' | '.join(cells)} | {int(own['n'].iloc[0])} |")
    return "\n".join(lines) + "\n"


def _archetypes(rows: pd.DataFrame) -> str:
    chosen = rows[rows["section"] == "archetypes"]
    if chosen.empty:
        return ""
    value = chosen.set_index(["level", "measure", "name"])["value"]
    columns: Sequence[tuple[str, str]] = [
        (group, measure) for group in ("established", "newcomers") for measure in ("all", "power bats")
    ]
    lines = [
        "## Where power bats land\n",
        "Shares of batters by archetype, development and test seasons together. Power bats are the tenth of a season's "
        "group with the highest\nhome-run rates known before it. Newcomers have lines in the minors only; their "
        "archetype is the nearest centroid of\nmajor-league players. Its features are in standard deviations.\n",
        f"| archetype | {' | '.join(SHOWN_FEATURES.values())} | "
        + " | ".join(f"{group}, {measure}" for group, measure in columns)
        + " |",
        "|---|" + "---:|" * (len(columns) + len(SHOWN_FEATURES)),
    ]
    for archetype in sorted(set(chosen["name"].astype(str)), key=int):
        cells = [f"{value['centroid', label, archetype]:+.1f}" for label in SHOWN_FEATURES.values()]
        cells += [f"{100 * value.get((*column, archetype), 0.0):.0f} %" for column in columns]
        lines.append(f"| {archetype} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _matches(rows: pd.DataFrame) -> str:
    chosen = rows[(rows["section"] == "match") & (rows["measure"] == "matched")]
    lines = [
        "## Whose lines are known\n",
        "Share of each publisher's plate appearances (batters faced) whose player has an MLBAM id, by id or by name "
        "and birth year.\n",
        "| publisher | player type | seasons | lowest | mean |",
        "|---|---|---|---:|---:|",
    ]
    for key, own in chosen.groupby(["name", "player_type"], sort=True):
        seasons = sorted(int(year) for year in own["season"])
        lines.append(
            f"| {key[0]} | {key[1]} | {seasons[0]}-{seasons[-1]} | {100 * own['value'].min():.1f} % "
            f"| {100 * own['value'].mean():.1f} % |"
        )
    return "\n".join(lines) + "\n"
