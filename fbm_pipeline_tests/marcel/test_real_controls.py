"""The plainest control on real lines: c must leave tuned Marcel well behind in a season it was not trained on."""

from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.evaluation.metrics import Score, score
from fbm_pipeline.marcel.control_frame import read_frame
from fbm_pipeline.marcel.controls import residual_fit
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store

SEASON = 2016  # a development season: looking at it decides nothing that is reported

# Least gain in r, about half of what was measured on the development seasons.
GAIN = {
    "batter": {"bb_rate": 0.005, "h_rate": 0.015, "triple_rate": 0.02, "iso": 0.005},
    "pitcher": {"hr_rate": 0.03, "h_rate": 0.05, "era": 0.05},
}


@pytest.fixture(scope="module")
def real_store(real_data: Path) -> Store:
    """The store of a finished real run; there is nothing to ask without one."""
    store = Store(REPOSITORY / "var" / "real" / "store", ALL_CONTRACTS)
    if not store.exists("features.marcel_rates"):
        pytest.skip(f"no real run under {store.root}; `make real DATA={real_data}` makes one")
    return store


@pytest.mark.real
@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_season_lines_alone_beat_tuned_marcel(real_store: Store, player_type: str) -> None:
    rows, _ = residual_fit(real_store, player_type, SEASON, (), seed=0)
    later = read_frame(real_store, player_type, SEASON + 1, ())  # there the season is a known outcome
    played = (later.players.season == SEASON) & (later.weight >= 200)
    ids = later.players.mlbam_id[played]
    wide = rows.pivot(index="mlbam_id", columns="statistic", values="rate").reindex(ids)
    for name, gain in GAIN[player_type].items():
        at = later.names.index(name)

        def scored(projected: np.ndarray, at: int = at) -> Score:
            return score(projected, later.outcome[played, at], later.weight[played], later.players.season[played])

        control, marcel = scored(wide[name].to_numpy()), scored(later.prior[played, at])
        assert control.r > marcel.r + gain, name
        assert control.rmse < marcel.rmse, name
