"""A hand-made store, scored once for the whole room; tests that write take a store of their own."""

from dataclasses import dataclass

import pandas as pd
import pytest

from fbm_pipeline.evaluation.pairs import PAIRS
from fbm_pipeline.evaluation.standings import SCORES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made


@dataclass(frozen=True)
class Scored:
    store: Store
    settings: Settings
    scores: pd.DataFrame
    pairs: pd.DataFrame


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """A backtest of 2017 to 2021 with its scores and pairs."""
    folder = tmp_path_factory.mktemp("results")
    store, settings = hand_made.evaluated_store(folder)
    scores, pairs = (store.delta(name).to_pyarrow_table().to_pandas() for name in (SCORES, PAIRS))
    return Scored(store, settings, scores, pairs)
