"""Statistics that follow from the components: the identities of baseball hold."""

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.season_lines import SeasonLines, league_rates, read_season_lines
from fbm_pipeline.mle.derived_rates import derive, fit_line_shape
from fbm_pipeline.mle.minor_lines import COMPONENTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.hand_made import birth_dates, random_league, write_lines, write_players


@pytest.fixture
def lines(store: Store) -> dict[str, SeasonLines]:
    rows = random_league(range(2011, 2014), players=40)
    for row in rows:
        row["hbp"], row["sf"] = 4, 3
        if row["player_type"] == "batter":
            row["opportunities"] = int(row["opportunities"]) + 7
    write_lines(store, rows)
    write_players(store, birth_dates(40))
    return {player_type: read_season_lines(store, player_type, 2011, 2013) for player_type in ("batter", "pitcher")}


def players(player_type: str, n: int = 30) -> np.ndarray:
    rng = np.random.default_rng(6)
    usual = {"so": 0.2, "bb": 0.08, "hr": 0.03, "h": 0.23, "double": 0.045, "triple": 0.005}
    return np.column_stack([usual[name] * rng.uniform(0.7, 1.3, n) for name in COMPONENTS[player_type]])


def test_a_batters_statistics_hang_together(lines: dict[str, SeasonLines]) -> None:
    shape = fit_line_shape(lines["batter"])
    values = players("batter")
    rates = derive(shape, values)
    assert set(rates) == {item.name for item in statistics("batter")}
    so, bb, hr, hit, double, triple = values.T
    for name, told in zip(COMPONENTS["batter"], (so, bb, hr, hit, double, triple), strict=True):
        assert np.array_equal(rates[f"{name}_rate"], told)
    assert rates["single_rate"] == pytest.approx(hit - double - triple - hr)
    at_bats = hit / rates["avg"]
    assert rates["slg"] * at_bats == pytest.approx(rates["single_rate"] + 2 * double + 3 * triple + 4 * hr)
    assert rates["iso"] == pytest.approx(rates["slg"] - rates["avg"])
    on_base = hit + bb + shape.constants["hbp"]
    assert rates["obp"] == pytest.approx(on_base / (at_bats + bb + shape.constants["hbp"] + shape.constants["sf"]))


def test_a_pitchers_statistics_hang_together(lines: dict[str, SeasonLines]) -> None:
    values = players("pitcher")
    rates = derive(fit_line_shape(lines["pitcher"]), values)
    assert set(rates) == {item.name for item in statistics("pitcher")}
    _, bb, _, hit = values.T
    outs = 3.0 * (bb + hit) / rates["whip"]
    assert rates["era"] == pytest.approx(27.0 * rates["er_rate"] / outs)
    assert ((outs > 0.5) & (outs < 0.9)).all()


def test_at_bats_are_what_is_no_walk_no_hit_batter_and_no_sacrifice(lines: dict[str, SeasonLines]) -> None:
    """In this league an at-bat is exactly that, so walks alone decide how many there are."""
    rates = derive(fit_line_shape(lines["batter"]), players("batter"))
    at_bats = rates["h_rate"] / rates["avg"]
    assert np.corrcoef(at_bats, rates["bb_rate"])[0, 1] < -0.98


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_the_leagues_components_give_the_leagues_statistics(lines: dict[str, SeasonLines], player_type: str) -> None:
    own = lines[player_type]
    total = {name: np.nansum(own.counts[name]) for name in own.counts}
    components = np.array([[total[name] / total["opportunities"] for name in COMPONENTS[player_type]]])
    rates = derive(fit_line_shape(own), components)
    for item in statistics(player_type):
        top, bottom = (sum(w * total[name] for name, w in part) for part in (item.numerator, item.denominator))
        assert rates[item.name][0] == pytest.approx(item.scale * top / bottom, rel=0.01), item.name


def test_lines_of_a_few_opportunities_do_not_count(store: Store, lines: dict[str, SeasonLines]) -> None:
    own = lines["batter"]
    few = {name: values.copy() for name, values in own.counts.items()}
    few["opportunities"][:5], few["ab"][:5] = 20.0, 1.0
    odd = SeasonLines("batter", own.season, own.mlbam_id, own.birth_date, few, own.other_opportunities)
    without = own.season.copy()
    kept = {name: values[5:] for name, values in own.counts.items()}
    rest = SeasonLines("batter", without[5:], own.mlbam_id[5:], own.birth_date[5:], kept, own.other_opportunities[5:])
    assert fit_line_shape(odd).weights["ab"] == pytest.approx(fit_line_shape(rest).weights["ab"])
    assert league_rates(odd, statistics("batter")[0])


def test_singles_are_never_negative(lines: dict[str, SeasonLines]) -> None:
    odd = np.array([[0.2, 0.08, 0.2, 0.1, 0.05, 0.0]])
    rates = derive(fit_line_shape(lines["batter"]), odd)
    assert rates["single_rate"].tolist() == [0.0]
    assert np.isfinite(np.concatenate(list(rates.values()))).all()
