"""The page of newcomers shows the rows of the run."""

import pandas as pd
import pytest

from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.newcomers import COLUMNS, newcomers_page


@pytest.fixture
def rows() -> pd.DataFrame:
    factors = {"factor": 1.2, "worth": 0.44, "naive_factor": 1.16}
    translations = [
        ("real", "translations", 2025, "batter", "so", level, measure, value, 3079)
        for level in ("AAA", "AA")
        for measure, value in factors.items()
    ]
    matches = [
        ("real", "match", season, "batter", "savant", None, "matched", share, 10)
        for season, share in ((2021, 0.8), (2022, 0.7))
    ]
    centroids = [
        ("real", "archetypes", None, "batter", "0", "centroid", label, 1.5, 1) for label in ("HR", "SO", "1B", "age")
    ]
    shares = [
        ("real", "archetypes", None, "batter", "0", group, measure, 1.0, 4)
        for group in ("established", "newcomers")
        for measure in ("all", "power bats")
    ]
    return pd.DataFrame([*translations, *matches, *centroids, *shares], columns=list(COLUMNS))


def test_its_figures_are_the_rows(rows: pd.DataFrame) -> None:
    page = newcomers_page(rows, "run `abc`")
    assert "| batter | so | 1.20 | 0.44 | 1.16 | 1.20 | 0.44 | 1.16 | 3079 |" in page
    assert "| savant | batter | 2021-2022 | 70.0 % | 75.0 % |" in page
    assert "| 0 | +1.5 | +1.5 | +1.5 | +1.5 | 100 % | 100 % | 100 % | 100 % |" in page
    assert "run `abc`" in page
    assert RETROSHEET in page
