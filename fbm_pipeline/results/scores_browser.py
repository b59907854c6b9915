"""`results.html` in the run: every score, filtered and sorted in a browser, from disk and without a server.

The rows stand in the page itself, column by column, words as places in a list. Not here: the page's markup and script
(scores_browser.html).
"""

import json
from pathlib import Path
from string import Template

import pandas as pd

from fbm_pipeline.publish.notice import DATA_KINDS, RETROSHEET
from fbm_pipeline.publish.writing import replace_text
from fbm_pipeline.results.files import run_results
from fbm_pipeline.settings import Settings

TEMPLATE = Path(__file__).with_suffix(".html")
WORDS = ("comparison", "universe", "seasons", "player_type", "kind", "stat", "system")
FIGURES = (
    "n",
    "r",
    "rmse",
    "rmse_raw",
    "slope",
    "sd_ratio",
    "attainable",
    "rank_r",
    "top20",
    "coverage",
    "width",
    "crps",
)
_DIGITS = 6


def browser_path(settings: Settings) -> Path:
    """Where the page lies."""
    return run_results(settings) / "results.html"


def write_browser(settings: Settings, scores: pd.DataFrame) -> Path:
    """Write the page over rows as evaluation.scores, in their order; returns its path."""
    return replace_text(browser_path(settings), browser_page(scores, settings.data_kind))


def browser_page(scores: pd.DataFrame, data_kind: str) -> str:
    """The whole page as text."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    # `</` would end the script that holds the rows, whatever it stands in.
    rows = json.dumps(packed(scores), separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    return template.substitute(kind=DATA_KINDS[data_kind], notice=RETROSHEET, rows=rows)


def packed(scores: pd.DataFrame) -> dict[str, dict]:
    """`words`: by column its values and, row by row, their places; `figures`: by column a number or null per row."""
    words = {}
    for name in WORDS:
        values = list(dict.fromkeys(scores[name].astype(str)))
        places = {value: place for place, value in enumerate(values)}
        words[name] = {"values": values, "places": [places[value] for value in scores[name].astype(str)]}
    figures = {name: [_number(value) for value in scores[name].tolist()] for name in FIGURES}
    return {"words": words, "figures": figures}


def _number(value: float | int | None) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    return value if isinstance(value, int) else float(f"{value:.{_DIGITS}g}")
