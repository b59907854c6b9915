"""The filter and the smoother over seasons: drift, newcomers, missed seasons, and agreement with a direct solution."""

import datetime as dt

import numpy as np
import pytest
import torch

from fbm_pipeline.player_vectors.decoder_run import first_weights
from fbm_pipeline.player_vectors.meetings import Meetings, load_meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES, Posterior
from fbm_pipeline.player_vectors.vector_filter import (
    Known,
    Season,
    SeasonCounts,
    State,
    Weights,
    count_season,
    drifted,
    filter_season,
    priors,
    smooth,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.player_vectors.planted_meetings import PITCHERS, write_meetings

HEADS = {"pitch": 1.0, "landing": 1.0}
KEPT = torch.tensor([0.9, 0.5], dtype=torch.float64)


@pytest.fixture(scope="module")
def seasons(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Meetings]:
    store = Store(tmp_path_factory.mktemp("filter") / "store", TABLES)
    found = {}
    for year in (2015, 2016):
        write_meetings(store, year, turns=1500)
        found[year] = load_meetings(store, year, dt.date(year, 1, 1), dt.date(year + 1, 1, 1), 1)
    return found


def known(season: int, mean: list[float], variance: list[float]) -> Known:
    return Known(
        season,
        torch.tensor(mean, dtype=torch.float64),
        torch.diag(torch.tensor(variance, dtype=torch.float64)),
        100,
    )


def weights(newcomer: list[float]) -> Weights:
    own = {side: torch.tensor(newcomer, dtype=torch.float64) for side in SIDES}
    return Weights({side: {} for side in SIDES}, dict.fromkeys(SIDES, KEPT), own, {})


def test_a_winter_takes_some_and_three_take_more() -> None:
    one, three = (drifted(known(2015, [1.0, -2.0], [0.2, 1.0]), KEPT, year) for year in (2016, 2018))
    torch.testing.assert_close(one.mean[0], torch.tensor([0.9, -1.0], dtype=torch.float64))
    torch.testing.assert_close(one.covariance[0], torch.diag(torch.tensor([0.352, 1.0], dtype=torch.float64)))
    torch.testing.assert_close(three.mean[0], torch.tensor([0.729, -0.25], dtype=torch.float64))
    assert three.covariance[0, 0, 0] > one.covariance[0, 0, 0]


def test_a_newcomer_has_the_newcomers_mean_and_unit_variance() -> None:
    state = State()
    state.players["batter"][7] = known(2015, [1.0, 1.0], [0.1, 0.1])
    found = priors(state, weights([0.3, -0.2]), "batter", np.array([7, 8]), 2016)
    torch.testing.assert_close(found.mean[1], torch.tensor([0.3, -0.2], dtype=torch.float64))
    torch.testing.assert_close(found.covariance[1], torch.eye(2, dtype=torch.float64))
    assert found.mean[0, 0] == 0.9


def test_the_smoother_agrees_with_solving_all_seasons_at_once() -> None:
    """Three seasons of one player, the second of them missed, observed with noise: the joint Gaussian says the same."""
    observed = {2015: [1.5, 0.4], 2017: [-0.5, 1.0]}
    noise, state, filtered, plain = 0.5, State(), [], weights([0.0, 0.0])
    for year, value in observed.items():
        prior = priors(state, plain, "batter", np.array([7]), year)
        gain = prior.covariance[0] @ torch.linalg.inv(prior.covariance[0] + noise * torch.eye(2, dtype=torch.float64))
        mean = prior.mean[0] + gain @ (torch.tensor(value, dtype=torch.float64) - prior.mean[0])
        covariance = prior.covariance[0] - gain @ prior.covariance[0]
        state.players["batter"][7] = Known(year, mean, covariance, 1)
        empty = Posterior(torch.zeros(0, 2, dtype=torch.float64), torch.zeros(0, 2, 2, dtype=torch.float64))
        nobody = np.array([], dtype=np.int64)
        meetings = Meetings(year, np.array([7]), nobody, np.array([1]), nobody, (), {})
        after = {"batter": Posterior(mean[None], covariance[None]), "pitcher": empty}
        filtered.append(Season(SeasonCounts(meetings, {}, {}), {"batter": prior, "pitcher": empty}, after, {}, {}))
    (first, cross), (last, _) = (found["batter"] for found in smooth(filtered, plain))
    for axis in range(2):
        lag = float(KEPT[axis]) ** 2  # two winters
        cov = np.array([[1.0, lag], [lag, 1.0]])
        gain = cov @ np.linalg.inv(cov + noise * np.eye(2))
        mean = gain @ np.array([observed[2015][axis], observed[2017][axis]])
        spread = cov - gain @ cov
        assert [first.mean[0, axis].item(), last.mean[0, axis].item()] == pytest.approx(mean.tolist())
        assert first.covariance[0, axis, axis].item() == pytest.approx(spread[0, 0])
    assert not cross.any()  # not neighbouring seasons: they teach no persistence


def test_shares_of_opponents_add_to_one_and_an_event_is_worth_its_weight(seasons: dict[int, Meetings]) -> None:
    counts = count_season(seasons[2015], {"pitch": 0.5})
    assert set(counts.heads) == {"pitch"}
    assert float(counts.n["batter"]["pitch"].sum()) == 0.5 * seasons[2015].cells["pitch"].n.sum()
    shares = np.asarray(counts.met["pitcher"]["pitch"].sum(axis=1)).ravel()
    assert np.allclose(shares[shares > 0], 1.0)


def test_the_league_comes_out_as_counted(seasons: dict[int, Meetings]) -> None:
    counts = [count_season(seasons[year], HEADS) for year in seasons]
    begun = first_weights(counts, 2)
    state = State()
    for season in counts:
        found = filter_season(state, begun, season)
        p = torch.softmax(found.intercepts["pitch"], dim=-1)
        n = season.n["batter"]["pitch"].sum(dim=0)
        seen = n.sum(dim=-1) > 300
        assert (p[seen] - n[seen] / n[seen].sum(dim=-1, keepdim=True)).abs().max() < 0.1


def test_a_park_that_bends_the_ball_is_not_the_players_skill(seasons: dict[int, Meetings]) -> None:
    """All of a park's balls in play turned to hits: its regulars are not taken for better hitters than the others."""
    base = seasons[2015]
    part = base.cells["landing"]
    single = part.park == 0
    outcome = np.where(single, 1, 0)
    home = np.where(single, part.pitcher % 15, part.pitcher % 15 + 15)  # each pitcher in one park only
    cells = {"landing": type(part)(part.batter, home, part.park, part.context, outcome, part.n)}
    changed = Meetings(
        2015,
        base.batters,
        np.asarray(PITCHERS),
        base.batter_appearances,
        base.pitcher_appearances,
        base.parks,
        cells,
    )
    counts = count_season(changed, {"landing": 1.0})
    begun = first_weights([counts], 1)
    found = filter_season(State(), begun, counts).posterior["pitcher"].mean[:, 0]
    alone = Meetings(
        *(
            getattr(changed, name)
            for name in ("season", "batters", "pitchers", "batter_appearances", "pitcher_appearances", "parks")
        ),
        {"landing": type(part)(part.batter, home, np.full_like(part.park, -1), part.context, outcome, part.n)},
    )
    unknown = filter_season(State(), begun, count_season(alone, {"landing": 1.0})).posterior["pitcher"].mean[:, 0]
    gap = (found[:15].mean() - found[15:].mean()).abs()
    assert gap < 0.7 * (unknown[:15].mean() - unknown[15:].mean()).abs()
