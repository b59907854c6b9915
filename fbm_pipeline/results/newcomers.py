"""docs/results/newcomers.md: what AAA and AA are worth, whose lines are known, and where newcomers land.

How well newcomers and short histories are projected stands on the results page. Not here: the fits (mle).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.identity.archetypes import MINIMUM_OPPORTUNITIES, read_archetypes
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.publish.writing import replace_text
from fbm_pipeline.results.files import page_folder, write_table
from fbm_pipeline.results.markdown import foot, page, table
from fbm_pipeline.results.pages import run_named
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import match_rates
from fbm_pipeline.warehouse.season_games import minor_seasons

COLUMNS = ("data", "section", "season", "player_type", "name", "level", "measure", "value", "n")
# Of a centroid: in standard deviations of the players it was fitted on, rates as multiples of the league's.
SHOWN_FEATURES = {"three_year_hr_rate": "HR", "three_year_so_rate": "SO", "three_year_single_rate": "1B", "age": "age"}

Row = dict[str, str | int | float | None]  # by the columns after `data`


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
    measured = pd.DataFrame([{"data": settings.data_kind, **row} for row in rows], columns=list(COLUMNS))
    text = newcomers_page(measured, run_named(settings))
    return [
        replace_text(page_folder(settings, docs) / "newcomers.md", text),
        write_table(settings, "newcomers", measured),
    ]


def _row(*values: str | int | float | None) -> Row:
    return dict(zip(COLUMNS[1:], values, strict=True))


def translation_rows(store: Store, season: int) -> list[Row]:
    """Factor, worth and naive factor of every component and level before a season."""
    with session(store, tables=["features.mle_translations"]) as connection:
        fitted = query(connection, "results/translations", {"season": season}).to_pylist()
    return [
        _row(
            "translations",
            season,
            row["player_type"],
            row["component"],
            row["level"],
            measure,
            row[measure],
            row["n"],
        )
        for row in fitted
        for measure in ("factor", "worth", "naive_factor")
    ]


def match_rows(store: Store) -> list[Row]:
    """Shares of opportunities whose player is known, by season, side of the ball and publisher."""
    return [
        _row("match", rate.season, rate.player_type, rate.source, None, measure, getattr(rate, measure), rate.lines)
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
    for group, players in counted.groupby("player_group", sort=True):
        for measure, part in (("all", players), ("power bats", players[players["is_power_bat"]])):
            counts = part.groupby("archetype")["players"].sum()
            total = counts.sum()
            rows += [
                _row("archetypes", None, "batter", str(archetype), str(group), measure, count / total, int(total))
                for archetype, count in counts.items()
            ]
    return rows


def _centroid_rows(store: Store) -> list[Row]:
    archetypes = read_archetypes(store, "batter")
    places = {label: archetypes.scaler.names.index(feature) for feature, label in SHOWN_FEATURES.items()}
    n = len(archetypes.centroids)
    return [
        _row("archetypes", None, "batter", str(archetype), "centroid", label, float(centroid[place]), n)
        for archetype, centroid in enumerate(archetypes.centroids)
        for label, place in places.items()
    ]


def newcomers_page(rows: pd.DataFrame, source: str) -> str:
    """The whole page; rows as newcomers.parquet, `source` the run that they come from."""
    title = "# Newcomers: what the minors add"
    if set(rows["data"]) == {"simulated"}:
        title += ", in a simulated league"
    sections = (_INTRODUCTION, _translations(rows), _archetypes(rows), _matches(rows))
    return page([f"{title}\n", *sections, foot(_MADE_BY, source)], "newcomers.md")


_INTRODUCTION = """How well players of short histories are projected stands in [README.md](README.md), "By history".
Written by `fbm newcomers`: edit nothing here by hand.
"""
_MADE_BY = (
    "`make real DATA=<folder of source files>`, then `fbm newcomers`. All rows are in the run's "
    "`results/newcomers.parquet`."
)


def _translations(rows: pd.DataFrame) -> str:
    chosen = rows[rows["section"] == "translations"]
    season = int(chosen["season"].iloc[0])
    lines = []
    for player_type, component in ((kind, name) for kind, names in COMPONENTS.items() for name in names):
        fitted = chosen[(chosen["player_type"] == player_type) & (chosen["name"] == component)]
        if len(fitted):
            value = fitted.set_index(["level", "measure"])["value"]
            texts = [f"{value[level, name]:.2f}" for level in LEVELS for name in ("factor", "worth", "naive_factor")]
            lines.append([player_type, component, *texts, str(int(fitted["n"].iloc[0]))])
    figures = [f"{level} {name}#" for level in LEVELS for name in ("factor", "worth", "naive")]
    return f"""## What a level is worth, before {season}

`factor`: a player's rate in the majors, relative to the league, over his rate on the level, relative to it.
`worth`: how many opportunities in the majors hold as much evidence as one on the level.
`naive`: the ratio of what the same players did above and below, not shrunk.

{table(["player type", "component", *figures, "player-seasons#"], lines)}"""


def _archetypes(rows: pd.DataFrame) -> str:
    chosen = rows[rows["section"] == "archetypes"]
    if chosen.empty:
        return ""
    value = chosen.set_index(["level", "measure", "name"])["value"]
    columns: Sequence[tuple[str, str]] = [
        (group, measure) for group in ("established", "newcomers") for measure in ("all", "power bats")
    ]
    lines = []
    for archetype in sorted(set(chosen["name"].astype(str)), key=int):
        centroid = [f"{value['centroid', label, archetype]:+.1f}" for label in SHOWN_FEATURES.values()]
        shares = [f"{100 * value.get((*share, archetype), 0.0):.0f} %" for share in columns]
        lines.append([archetype, *centroid, *shares])
    names = [*SHOWN_FEATURES.values(), *(f"{group}, {measure}" for group, measure in columns)]
    return f"""## Where power bats land

Shares of batters by archetype, development and test seasons together. Power bats are the tenth of a season's group \
with the highest
home-run rates known before it. Newcomers have lines in the minors only; their archetype is the nearest centroid of
major-league players. Its features are in standard deviations.

{table(["archetype", *(f"{name}#" for name in names)], lines)}"""


def _matches(rows: pd.DataFrame) -> str:
    chosen = rows[(rows["section"] == "match") & (rows["measure"] == "matched")]
    lines = []
    for (publisher, player_type), matched in chosen.groupby(["name", "player_type"], sort=True):
        seasons = sorted(int(year) for year in matched["season"])
        shares = [f"{100 * share:.1f} %" for share in (matched["value"].min(), matched["value"].mean())]
        lines.append([str(publisher), str(player_type), f"{seasons[0]}-{seasons[-1]}", *shares])
    return f"""## Whose lines are known

Share of each publisher's plate appearances (batters faced) whose player has an MLBAM id, by id or by name and birth \
year.

{table(["publisher", "player type", "seasons", "lowest#", "mean#"], lines)}"""
