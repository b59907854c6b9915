"""The report page of a season: one HTML file that needs nothing else, neither network nor server.

It composes the sections (leaders, adjustments, player_cards, backtest_section) with the style sheet page.css and the
script page.js, which draws a card and lets text enter only as text. Not here: the sections' contents.
"""

import html
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import MIN_OPPORTUNITIES
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.evaluation.standings import SCORES
from fbm_pipeline.publish.adjustments import adjustment_tables
from fbm_pipeline.publish.backtest_section import EMPTY, backtest_tables
from fbm_pipeline.publish.exports import export_paths, provenance
from fbm_pipeline.publish.leaders import leader_boards
from fbm_pipeline.publish.notice import DATA_KINDS, RETROSHEET, SIMULATED
from fbm_pipeline.publish.player_cards import CARD_SECTION, card_data, embed
from fbm_pipeline.publish.projections import TABLE, load_projections, projected_players
from fbm_pipeline.publish.rate_sources import rate_sources
from fbm_pipeline.publish.writing import replace_text
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store

_STYLE, _SCRIPT = (Path(__file__).with_name(name) for name in ("page.css", "page.js"))


def page_path(settings: Settings, season: int) -> Path:
    return settings.report / f"projections_{season}.html"


def write_page(store: Store, settings: Settings, season: int) -> Path:
    """Write the season's page and return its path.

    Raises EvaluationError when the season's projections were not published.
    """
    if not any(part["season"] == season for part in store.partitions(TABLE)):
        raise EvaluationError(f"{TABLE} has no season {season}. Next: materialize {TABLE} for {season}.")
    projections = load_projections(store, season).to_pandas()
    ages = projected_players(store, season)
    stamp = provenance(settings, season, store.content(TABLE, {"season": season}))
    scores = load_scores(store, settings)
    sections = [
        ("card-section", "A player's card", CARD_SECTION),
        ("leaders", "Leader boards", leader_boards(projections)),
        ("adjustments", "Farthest from Marcel", adjustment_tables(projections)),
        (
            "backtest",
            "How good are they?",
            backtest_tables(scores, MIN_OPPORTUNITIES, settings.preset.test_seasons) if len(scores) else EMPTY,
        ),
    ]
    cards = card_data(projections, ages, rate_sources(store, season))
    text = _compose(settings, season, projections, sections, stamp) + embed(cards)
    script = _SCRIPT.read_text(encoding="utf-8")
    return replace_text(page_path(settings, season), f"{text}<script>\n{script}</script>\n</body>\n</html>\n")


def load_scores(store: Store, settings: Settings) -> pd.DataFrame:
    """Rows of evaluation.scores of this run's kind of data; empty when nothing was scored."""
    if not store.exists(SCORES):
        return pd.DataFrame()
    with session(store) as connection:
        return connection.execute(
            f"select * from {SCORES} where data = $data order by all", {"data": settings.data_kind}
        ).df()


def _compose(
    settings: Settings,
    season: int,
    projections: pd.DataFrame,
    sections: list[tuple[str, str, str]],
    stamp: dict[str, str],
) -> str:
    kind = settings.data_kind
    title, as_of = f"Projections for {season}", preseason(season)
    counts = projections.groupby("player_type")["mlbam_id"].nunique()
    warning = f'<p class="warn">{SIMULATED}</p>' if kind == "simulated" else ""
    links = "".join(f'<a href="#{anchor}">{html.escape(name)}</a>' for anchor, name, _ in sections)
    body = "".join(
        f'<section id="{anchor}" aria-labelledby="{anchor}-title"><h2 id="{anchor}-title">{html.escape(name)}</h2>'
        f"{content}</section>\n"
        for anchor, name, content in sections
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title} ({DATA_KINDS[kind].lower()})</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<a class="skip" href="#card-section">Skip to the players</a>
<header class="top"><div>
<span class="badge {kind}">{DATA_KINDS[kind]}</span>
<h1>{title}</h1>
<p class="lead">{counts.get("batter", 0)} batters and {counts.get("pitcher", 0)} pitchers as known on
{as_of:%B} {as_of.day}, {season}, the best measured system first: the control (ridge and trees on season aggregates)
with parks and minors, the control without them, a contextual adjustment of Marcel read from the sequence of their
pitches, its blend with Marcel, and Marcel.</p>
{warning}<nav aria-label="Sections">{links}</nav>
</div></header>
<main>
{body}</main>
{_footer(settings, season, stamp)}
"""


def _footer(settings: Settings, season: int, stamp: dict[str, str]) -> str:
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in stamp.items())
    files = ", ".join(html.escape(path.name) for path in export_paths(settings, season).values())
    return (
        f'<footer class="foot"><div><p class="retrosheet">{RETROSHEET}</p>'
        f"<p>The same numbers for machines: {files}.</p><dl>{rows}</dl></div></footer>"
    )
