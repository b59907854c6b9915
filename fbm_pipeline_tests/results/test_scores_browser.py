"""`results.html` in a browser: it filters and sorts twenty thousand rows from disk without a visible wait."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.files import SCORE_COLUMNS
from fbm_pipeline.results.scores_browser import FIGURES, WORDS, browser_page, packed

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROWS = 20_000
NO_WAIT = 400.0  # milliseconds of the page's own clock, on a busy machine; measured on an idle one: 15


def invented(count: int) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    choices = {
        "data": ["simulated"],
        "comparison": ["controls", "public"],
        "universe": ["full", "common", "under_500"],
        "seasons": ["2018-2024", "2018", "2019"],
        "player_type": ["batter", "pitcher"],
        "kind": ["rate", "count"],
        "stat": ["so_rate", "hr_rate", "era"],
        "system": ["marcel", "ridge", "control", "steamer"],
    }
    columns: dict = {name: draw.choice(values, count) for name, values in choices.items()}
    columns |= {name: draw.normal(0.5, 0.2, count) for name in FIGURES if name != "n"}
    columns["n"] = draw.integers(20, 3000, count)
    columns["crps"] = np.where(draw.random(count) < 0.2, np.nan, columns["crps"])
    return pd.DataFrame(columns)[list(SCORE_COLUMNS)]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return invented(ROWS)


@pytest.fixture(scope="module")
def page(scores: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("browser") / "results.html"
    target.write_text(browser_page(scores, "simulated"), encoding="utf-8")
    return target


def opened(page: Path, address: str, folder: Path) -> str:
    """The document after its script has run, as Chromium has it."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder}",
        "--window-size=1400,900",
        "--dump-dom",
        f"{page.as_uri()}#{address}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def lines(document: str) -> list[list[str]]:
    body = document[document.index('<tbody id="body">') : document.index("</tbody>")]
    found = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
    return [[html.unescape(cell) for cell in row] for row in found]


def counted(document: str) -> int:
    return int(re.search(r'id="count"[^>]*>(\d+) of', document)[1])  # type: ignore[index]


def test_the_page_holds_every_row_and_needs_nothing_else(page: Path, scores: pd.DataFrame) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=", text)
    assert RETROSHEET in text
    rows = packed(scores)
    for name in WORDS:
        values = np.array(rows["words"][name]["values"])[rows["words"][name]["places"]]
        assert (values == scores[name].to_numpy()).all()
    assert rows["figures"]["n"] == scores["n"].tolist()
    known = [value for value in rows["figures"]["crps"] if value is not None]
    assert len(known) == scores["crps"].notna().sum()


def test_a_row_cannot_end_the_script(scores: pd.DataFrame) -> None:
    text = browser_page(scores.head(1).assign(comparison="</script><b>"), "simulated")
    assert "</script><b>" not in text


def test_it_filters_as_the_table_does(page: Path, scores: pd.DataFrame, tmp_path: Path) -> None:
    document = opened(page, "universe=full&player_type=pitcher&stat=era&system=control,steamer", tmp_path)
    wanted = scores.query("universe == 'full' and player_type == 'pitcher' and stat == 'era'")
    wanted = wanted[wanted["system"].isin(["control", "steamer"])]
    assert counted(document) == len(wanted)
    shown = lines(document)
    assert 20 < len(shown) < 100  # what is in sight, and a little beyond
    assert [row[6] for row in shown] == wanted["system"].head(len(shown)).tolist()


@pytest.mark.parametrize(("way", "ascending"), [("", True), (":down", False)])
def test_it_sorts_with_unknown_figures_last(
    page: Path, scores: pd.DataFrame, tmp_path: Path, way: str, ascending: bool
) -> None:
    shown = lines(opened(page, f"kind=rate&sort=crps{way}", tmp_path))
    wanted = scores[scores["kind"] == "rate"].sort_values("crps", ascending=ascending, na_position="last")
    place = len(WORDS) + FIGURES.index("crps")
    assert [float(row[place]) for row in shown] == pytest.approx(wanted["crps"].head(len(shown)).tolist(), abs=1e-4)


def test_twenty_thousand_rows_are_there_without_a_wait(page: Path, tmp_path: Path) -> None:
    document = opened(page, "sort=rmse", tmp_path)
    assert counted(document) == ROWS
    taken = float(re.search(r'data-milliseconds="([\d.]+)"', document)[1])  # type: ignore[index]
    assert taken < NO_WAIT


def test_an_address_of_unknown_words_shows_everything(page: Path, tmp_path: Path) -> None:
    assert counted(opened(page, "universe=nowhere&sort=luck", tmp_path)) == ROWS
