"""docs/results/newcomers.md and .csv: what AAA and AA are worth, whose lines are known, and where newcomers land.

How well newcomers and short histories are projected stands on the page of the backtest. Not here: the fits (mle).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.identity.archetypes import MINIMUM_OPPORTUNITIES, read_archetypes
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.publish.writing import replace_file, replace_text
from fbm_pipeline.results.results_page import KINDS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.minor_lines import match_rates, minor_seasons

COLUMNS = ("data", "section", "season", "player_type", "name", "level", "measure", "value", "n")
# Of a centroid: in standard deviations of the players it was fitted on, rates as multiples of the league's.
SHOWN_FEATURES = {"three_year_hr_rate": "HR", "three_year_so_rate": "SO", "three_year_single_rate": "1B", "age": "age"}

Row = dict[str, str | int | float | None]


def write_newcomers(store: Store, settings: Settings, docs: Path) -> list[Path]:
    """Write both files from the store; rows of the other kind of data stay.

    Raises EvaluationError when no translation was fitted for the season projected.
    """
    season = settings.preset.projection_season
    rows = [*translation_rows(store, season), *match_rows(store), *archetype_rows(store, settings)]
    if not any(row["section"] == "translations" for row in rows):
        raise EvaluationError(
            f"features.mle_translations hold no season {season}. Next: materialize mle_translations of batters and "
            "pitchers for it."
        )
    own = pd.DataFrame([{"data": settings.data_kind, **row} for row in rows], columns=list(COLUMNS))
    target = docs / "results" / "newcomers.csv"
    held = pd.read_csv(target) if target.is_file() else own.head(0)
    table = pd.concat([held[held["data"] != settings.data_kind], own], ignore_index=True)
    table = table.sort_values("data", kind="stable").reset_index(drop=True)
    csv = replace_file(target, lambda path: table.to_csv(path, index=False, float_format="%.5g", lineterminator="\n"))
    return [csv, replace_text(csv.with_suffix(".md"), newcomers_page(table))]


def translation_rows(store: Store, season: int) -> list[Row]:
    """Factor, worth and naive factor of every component and level before a season."""
    with session(store, tables=["features.mle_translations"]) as connection:
        fitted = query(connection, "results/translations", {"season": season}).to_pylist()
    return [
        {
            "section": "translations", "season": season, "player_type": row["player_type"], "name": row["component"],
            "level": row["level"], "measure": measure, "value": row[measure], "n": row["n"],
        }
        for row in fitted for measure in ("factor", "worth", "naive_factor")
    ]  # fmt: skip


def match_rows(store: Store) -> list[Row]:
    """Shares of opportunities whose player is known, by season, side of the ball and publisher."""
    return [
        {
            "section": "match", "season": rate.season, "player_type": rate.player_type, "name": rate.source,
            "level": None, "measure": measure, "value": getattr(rate, measure), "n": rate.lines,
        }
        for season in minor_seasons(store) for rate in match_rates(store, season)
        for measure in ("by_id", "by_name", "matched")
    ]  # fmt: skip


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
                    "section": "archetypes", "season": None, "player_type": "batter", "name": str(archetype),
                    "level": str(group), "measure": measure, "value": players / by_archetype.sum(),
                    "n": int(by_archetype.sum()),
                }
                for archetype, players in by_archetype.items()
            ]  # fmt: skip
    return rows


def _centroid_rows(store: Store) -> list[Row]:
    centroids = read_archetypes(store, "batter")
    return [
        {
            "section": "archetypes", "season": None, "player_type": "batter", "name": str(archetype),
            "level": "centroid", "measure": label,
            "value": float(centroids.centroids[archetype, centroids.scaler.names.index(feature)]),
            "n": len(centroids.centroids),
        }
        for archetype in range(len(centroids.centroids)) for feature, label in SHOWN_FEATURES.items()
    ]  # fmt: skip


def newcomers_page(table: pd.DataFrame) -> str:
    """The whole page from all rows of newcomers.csv."""
    parts = [_INTRODUCTION]
    for kind, title in KINDS.items():
        own = table[table["data"] == kind]
        if len(own):
            parts += [f"## {title}\n", _translations(own), _archetypes(own), _matches(own)]
    return "\n".join([*parts, f"## Notice\n\n{RETROSHEET}\n"])


_INTRODUCTION = """# Newcomers: what the minors say

Generated by `fbm newcomers`; the rows are in [newcomers.csv](newcomers.csv). How well newcomers and players of short
histories are projected stands in [README.md](README.md) under "Short histories".
"""


def _translations(rows: pd.DataFrame) -> str:
    told = rows[rows["section"] == "translations"]
    season = int(told["season"].iloc[0])
    lines = [
        f"### What a level is worth, before {season}\n",
        "`factor`: how many times his multiple of the level's rate a player of the level has in the majors. `worth`: "
        "opportunities in the majors that one of the level tells as much as. `naive`: the ratio of what the same "
        "players did above and below, without any shrinkage.\n",
        "| player type | component | "
        + " | ".join(f"{level} {name}" for level in LEVELS for name in ("factor", "worth", "naive"))
        + " | player-seasons |",
        "|---|---|" + "---:|" * (3 * len(LEVELS) + 1),
    ]
    for player_type, components in COMPONENTS.items():
        for component in components:
            own = told[(told["player_type"] == player_type) & (told["name"] == component)]
            if len(own):
                value = own.set_index(["level", "measure"])["value"]
                cells = [
                    f"{value[level, measure]:.2f}"
                    for level in LEVELS for measure in ("factor", "worth", "naive_factor")
                ]  # fmt: skip
                lines.append(f"| {player_type} | {component} | {' | '.join(cells)} | {int(own['n'].iloc[0])} |")
    return "\n".join(lines) + "\n"


def _archetypes(rows: pd.DataFrame) -> str:
    told = rows[rows["section"] == "archetypes"]
    if told.empty:
        return ""
    value = told.set_index(["level", "measure", "name"])["value"]
    columns: Sequence[tuple[str, str]] = [
        (group, measure) for group in ("established", "newcomers") for measure in ("all", "power bats")
    ]
    lines = [
        "### Where power bats land\n",
        "Shares of batters by archetype, development and test seasons together. Power bats are the tenth of a season's "
        "group with the highest home-run rates known before it; newcomers have lines in the minors only, and their "
        "archetype is that of the nearest centroid of major-league players. A centroid's features are in standard "
        "deviations.\n",
        f"| archetype | {' | '.join(SHOWN_FEATURES.values())} | "
        + " | ".join(f"{group}, {measure}" for group, measure in columns)
        + " |",
        "|---|" + "---:|" * (len(columns) + len(SHOWN_FEATURES)),
    ]
    for archetype in sorted(set(told["name"].astype(str)), key=int):
        cells = [f"{value['centroid', label, archetype]:+.1f}" for label in SHOWN_FEATURES.values()]
        cells += [f"{100 * value.get((*column, archetype), 0.0):.0f} %" for column in columns]
        lines.append(f"| {archetype} | {' | '.join(cells)} |")
    lines.append("\n" + _faces(told))
    return "\n".join(lines) + "\n"


def _faces(told: pd.DataFrame) -> str:
    """One sentence: how many of the newcomers' power bats land in archetypes of more home runs than the mean."""
    power = told[(told["level"] == "centroid") & (told["measure"] == "HR") & (told["value"] > 0)]
    homes = sorted(power["name"].tolist(), key=int)

    def share(group: str, measure: str) -> str:
        own = told[(told["level"] == group) & (told["measure"] == measure) & told["name"].isin(homes)]
        return f"{100 * own['value'].sum():.0f} %"

    return (
        f"Archetypes {', '.join(homes)}, those of more home runs than the mean, hold "
        f"{share('established', 'power bats')} of the majors' power bats and {share('established', 'all')} of all "
        f"established batters; {share('newcomers', 'power bats')} of the newcomers' power bats land there, and "
        f"{share('newcomers', 'all')} of all newcomers."
    )


def _matches(rows: pd.DataFrame) -> str:
    told = rows[(rows["section"] == "match") & (rows["measure"] == "matched")]
    lines = [
        "### Whose lines are known\n",
        "Plate appearances (batters faced) of each publisher's lines whose player has an MLBAM id, by id or by name "
        "and birth year.\n",
        "| publisher | player type | seasons | lowest | mean |", "|---|---|---|---:|---:|",
    ]  # fmt: skip
    for key, own in told.groupby(["name", "player_type"], sort=True):
        seasons = sorted(int(year) for year in own["season"])
        lines.append(
            f"| {key[0]} | {key[1]} | {seasons[0]}-{seasons[-1]} | {100 * own['value'].min():.1f} % "
            f"| {100 * own['value'].mean():.1f} % |"
        )
    return "\n".join(lines) + "\n"
