"""The plainest control on real lines: `ridge` must leave tuned Marcel well behind in a season it was not trained on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.backtest.metrics import Score, score
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.control_rates import residual_of
from fbm_pipeline.controls.frame import read_frame
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse import raw
from fbm_pipeline_tests.making import fit_constants, make_core, make_marcel_rates

SEASON = 2016  # a development season: looking at it decides nothing that is reported

# Least gain in r, about half of what was measured on the development seasons.
GAIN = {
    "batter": {"bb_rate": 0.005, "h_rate": 0.015, "triple_rate": 0.02, "iso": 0.005},
    "pitcher": {"hr_rate": 0.03, "h_rate": 0.05, "era": 0.05},
}


@pytest.fixture(scope="module")
def lines(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Official lines of 2000-2016 without any game: all that `ridge` and Marcel read, in a store of its own."""
    store = Store(tmp_path_factory.mktemp("lines"), TABLES)
    tables = [f"lahman_{name}" for name in ("people", "batting", "pitching", "appearances", "teams")]
    for table in ("register", "retrosheet_rosters", *tables):
        raw.ingest(store, real_data, f"raw.{table}")
    make_core(store, "players", 0)
    for season in range(2000, SEASON + 1):
        make_core(store, "season_lines", season)
    preset = replace(PRESETS["real"], tune_until=SEASON - 1)
    for player_type in PLAYER_TYPES:
        fit_constants(store, player_type, preset)
        for season in range(2003, SEASON + 2):
            make_marcel_rates(store, player_type, season)
    return store


@pytest.mark.real
@pytest.mark.parametrize("player_type", PLAYER_TYPES)
def test_season_lines_alone_beat_tuned_marcel(lines: Store, player_type: str) -> None:
    rows, _ = residual_of(read_frame(lines, player_type, SEASON, ("lines",)), player_type, ())
    later = read_frame(lines, player_type, SEASON + 1, ())  # there the season is a known outcome
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
