"""`features.mle_rates` of the made-up league: Marcel where the minors say nothing, and what they say where they do."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.universes import MINORS
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.season_lines import read_season_lines
from fbm_pipeline.mle.derived_rates import fit_line_shape
from fbm_pipeline.mle.evidence import read_evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS
from fbm_pipeline.mle.rates import BLENDED_BELOW, _statistics, sources
from fbm_pipeline.mle.translation import blend
from fbm_pipeline.mle.translations import TranslationError, read_translations
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import make_mle_rates, make_translations
from fbm_pipeline_tests.mle.conftest import TARGET
from fbm_pipeline_tests.mle.hand_made import evidence

BOTH = pytest.mark.parametrize("player_type", ["batter", "pitcher"])


def rates_of(store: Store, player_type: str, system: str = "mle", season: int = TARGET) -> pd.DataFrame:
    held = store.delta("features.mle_rates").to_pyarrow_table().to_pandas()
    kept = (held["player_type"] == player_type) & (held["system"] == system) & (held["season"] == season)
    return held[kept].set_index(["mlbam_id", "statistic"]).sort_index()


def marcel_of(store: Store, player_type: str, season: int = TARGET) -> pd.Series:
    held = store.delta("features.marcel_rates").to_pyarrow_table().to_pandas()
    kept = (held["player_type"] == player_type) & (held["season"] == season) & (held["system"] == "marcel")
    return held[kept].set_index(["mlbam_id", "statistic"])["rate"]


@BOTH
def test_without_minors_every_statistic_is_marcels_to_the_bit(league: Store, player_type: str) -> None:
    marcel = marcel_of(league, player_type)
    for system in ("mle", "component_factors"):
        rates = rates_of(league, player_type, system)
        alone = rates[(rates["minor_weight"] == 0.0) & (rates["source"] == "mlb")]
        assert len(alone) >= 5 * len(statistics(player_type))
        assert (alone["rate"] == marcel.reindex(alone.index)).all(), system
        assert alone["minor_rate"].isna().all()


@BOTH
def test_with_minors_a_known_players_rates_move(league: Store, player_type: str) -> None:
    rates, marcel = rates_of(league, player_type), marcel_of(league, player_type)
    lined = rates[(rates["minor_weight"] > 0) & (rates["source"] != "mle")]
    assert (lined["rate"] != marcel.reindex(lined.index)).mean() > 0.99


@BOTH
def test_marcels_own_components_give_marcel_for_every_statistic(league: Store, player_type: str) -> None:
    rows = read_evidence(league, player_type, [TARGET], TARGET - 1)
    shape = fit_line_shape(read_season_lines(league, player_type, TARGET - 3, TARGET - 1))
    rng = np.random.default_rng(1)
    marcel = {item.name: rng.uniform(0.01, 5.0, len(rows.season)) for item in statistics(player_type)}
    told = _statistics(rows, shape, rows.marcel, marcel)
    known = ~rows.is_newcomer
    assert set(told) == set(marcel)
    for name, rate in marcel.items():
        assert np.array_equal(told[name][known], rate[known]), name
    assert not np.isnan(told["so_rate"][rows.is_newcomer]).any()


def test_a_component_moves_as_the_blend_does(league: Store) -> None:
    rows = read_evidence(league, "batter", [TARGET], TARGET - 1)
    fitted = read_translations(league, "batter", TARGET).fitted
    rates = rates_of(league, "batter")
    for at, name in enumerate(COMPONENTS["batter"]):
        told = blend(rows, at, fitted[at].values)
        stored = rates.xs(f"{name}_rate", level="statistic").reindex(rows.mlbam_id)
        assert stored["rate"].to_numpy() == pytest.approx(told.rate * rows.league[:, at])
        assert stored["weight"].to_numpy() == pytest.approx(told.weight)
        assert stored["minor_weight"].to_numpy() == pytest.approx(told.minor_weight)
        assert stored["concentration"].to_numpy() == pytest.approx(told.concentration)


def test_batters_strike_out_more_once_they_are_promoted(league: Store) -> None:
    """In this league a quarter more; of newcomers the translated rate lies above what they did below."""
    rates = rates_of(league, "batter").xs("so_rate", level="statistic")
    fresh = rates[rates["source"] == "mle"]
    lines = league.delta("core.minor_lines").to_pyarrow_table().to_pandas()
    lines = lines[(lines["player_type"] == "batter") & (lines["season"] < TARGET) & (lines["season"] >= TARGET - 3)]
    below = lines.groupby("mlbam_id")[["so", "pa"]].sum().reindex(fresh.index)
    risen = fresh["minor_rate"] / (below["so"] / below["pa"])
    assert risen.mean() == pytest.approx(1.25, abs=0.08)


@BOTH
def test_every_player_has_every_system_and_statistic(league: Store, player_type: str) -> None:
    players = set(read_evidence(league, player_type, [TARGET], TARGET - 1).mlbam_id.tolist())
    heads = {item.name for item in statistics(player_type) if item.head}
    for system in MINORS:
        rates = rates_of(league, player_type, system)
        assert len(rates) == len(players) * len(statistics(player_type))
        assert np.isfinite(rates["rate"]).all()
        assert (rates["rate"] > 0).all()
        assert (rates["trained_until"] == TARGET - 1).all()
        sure = rates["concentration"].notna().groupby(level="statistic").all()
        assert set(sure[sure].index) == (set() if system == "component_factors" else heads)


def test_newcomers_are_there_and_marcel_does_not_know_them(league: Store) -> None:
    rates, marcel = rates_of(league, "batter"), marcel_of(league, "batter")
    fresh = set(rates[rates["source"] == "mle"].index.get_level_values("mlbam_id"))
    assert fresh
    assert not fresh & set(marcel.index.get_level_values("mlbam_id"))
    debut = rates_of(league, "batter", "debut_mean").xs("so_rate", level="statistic")["rate"]
    assert debut.nunique() < 15  # by age alone


def test_where_rates_come_from() -> None:
    lines = np.zeros((6, 6, 2))
    lines[[0, 1, 3, 4]] = 100.0
    chances = np.array([BLENDED_BELOW - 1, BLENDED_BELOW, BLENDED_BELOW - 1, 1.0, 0.0, 0.0])
    rows = evidence(6, minor_pa=lines, major_pa=chances, is_newcomer=np.array([False] * 4 + [True] * 2))
    assert BLENDED_BELOW == 200
    assert sources(rows).tolist() == ["blended", "mlb", "mlb", "blended", "mle", "debutants"]


def test_rates_of_a_season_that_was_not_fitted_are_refused(altered: Store) -> None:
    with pytest.raises(TranslationError, match=f"no batters of {TARGET + 1}; materialize it"):
        make_mle_rates(altered, "batter", TARGET + 1)
    with pytest.raises(TranslationError, match="ask for a later season than 2010"):
        make_translations(altered, "batter", 2010)


@BOTH
def test_what_was_made_is_not_made_again(league: Store, player_type: str) -> None:
    assert make_translations(league, player_type, TARGET).skipped
    assert make_mle_rates(league, player_type, TARGET).skipped


def test_translations_are_read_as_they_were_written(league: Store) -> None:
    told = read_translations(league, "pitcher", TARGET)
    assert [item.component for item in told.fitted] == list(COMPONENTS["pitcher"])
    assert told.naive.shape == (4, 2)
    assert all((item.trained_from, item.trained_until) == (2011, TARGET - 1) for item in told.fitted)
    assert all(item.n > 30 for item in told.fitted)
