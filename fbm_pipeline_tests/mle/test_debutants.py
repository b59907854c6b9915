"""What debutants do, by age and role, and who is one."""

import datetime as dt

import numpy as np
import pytest

from fbm_pipeline.marcel.season_lines import SeasonLines, read_season_lines
from fbm_pipeline.mle.debut_means import debut_rates, debut_table, latest_league
from fbm_pipeline.mle.debutants import (
    AGES,
    ROLE_REGRESSION,
    SEASONS_TAUGHT,
    SPREAD_TOLD_FROM,
    DebutMean,
    first_seasons,
    fit_concentration,
    fit_debut_means,
    relative_concentrations,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import make_debut_means
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players

VETERAN = 1
LINE = {"ab": 450, "bb": 50, "h": 120, "so": 100, "hr": 15, "double": 25, "triple": 3}
PITCHED = {"opportunities": 500, "outs": 350, "er": 50, "h": 110, "bb": 40, "hr": 12, "so": 100}


def pitchers(store: Store, starters: int = 80, relievers: int = 120, each: int = 30) -> SeasonLines:
    """A veteran in 2010 and 2011, and debutants of 2011: starters and relievers with these strikeouts of 500."""
    rows = [pitching(season, VETERAN, **PITCHED, g=30, gs=30) for season in (2010, 2011)]
    for at in range(each):
        rows.append(pitching(2011, 100 + at, **PITCHED | {"so": starters}, g=30, gs=30))
        rows.append(pitching(2011, 200 + at, **PITCHED | {"so": relievers}, g=60, gs=0))
    write_lines(store, rows)
    write_players(store, {VETERAN: dt.date(1980, 1, 1)})
    return read_season_lines(store, "pitcher", 2010, 2011)


def mean_of(means: list[DebutMean], component: str, role: str) -> DebutMean:
    return next(item for item in means if (item.component, item.role) == (component, role))


def test_a_starter_who_comes_up_strikes_out_fewer_than_a_reliever(store: Store) -> None:
    lines = pitchers(store)
    means = fit_debut_means(lines, 2012)
    league = latest_league(lines)["so"]
    anybody, starter, reliever = (mean_of(means, "so", role) for role in ("any", "starter", "reliever"))
    assert (anybody.n, starter.n, reliever.n) == (60, 30, 30)
    assert anybody.level * league == pytest.approx(0.2)
    own, added = 30 * 500, ROLE_REGRESSION
    assert starter.level * league == pytest.approx((own * 0.16 + added * 0.2) / (own + added))
    assert reliever.level * league == pytest.approx((own * 0.24 + added * 0.2) / (own + added))
    assert starter.rate(np.array([25.0]), league)[0] < reliever.rate(np.array([25.0]), league)[0]
    assert mean_of(means, "h", "starter").level == pytest.approx(mean_of(means, "h", "reliever").level)


def test_a_role_of_nobody_has_the_mean_of_all(store: Store) -> None:
    means = fit_debut_means(pitchers(store).since(2010), 2012)
    assert mean_of(means, "bb", "starter").level == pytest.approx(mean_of(means, "bb", "any").level)
    write_lines(store, [pitching(season, VETERAN, **PITCHED, gs=30) for season in (2010, 2011)])
    write_lines(store, [pitching(2011, VETERAN, **PITCHED), pitching(2011, 5, **PITCHED, g=30, gs=30)])
    alone = fit_debut_means(read_season_lines(store, "pitcher", 2010, 2011), 2012)
    nobody = mean_of(alone, "so", "reliever")
    assert (nobody.n, nobody.concentration) == (0, 200.0)
    assert nobody.level == pytest.approx(mean_of(alone, "so", "any").level)


def test_older_debutants_strike_out_more_where_they_did(store: Store) -> None:
    rows = [batting(season, VETERAN, **LINE) for season in (2010, 2011)]
    rows += [batting(2011, 10 + at, **LINE | {"so": 75 + 5 * at}) for at in range(11)]
    write_lines(store, rows)
    write_players(store, {10 + at: dt.date(1991 - at, 6, 30) for at in range(11)})  # 20 to 30 years old
    lines = read_season_lines(store, "batter", 2010, 2011)
    strikeouts = mean_of(fit_debut_means(lines, 2012), "so", "any")
    league = latest_league(lines)["so"]
    assert strikeouts.rate(np.array([20.0, 25.0, 30.0]), league) == pytest.approx([0.15, 0.2, 0.25], rel=1e-3)
    assert mean_of(fit_debut_means(lines, 2012), "bb", "any").slope == pytest.approx(0.0)


def test_unknown_birth_dates_make_no_slope(store: Store) -> None:
    means = fit_debut_means(pitchers(store), 2012)
    assert all(item.slope == 0.0 for item in means)


def test_a_rate_never_falls_below_a_tenth_of_the_leagues() -> None:
    steep = DebutMean("hr", "any", 1.0, -1.0, 200.0, 9)
    assert steep.rate(np.array([25.0, 30.0, 45.0]), 0.03) == pytest.approx([0.03, 0.003, 0.003])


def test_concentration_grows_when_outcomes_are_less_spread() -> None:
    rng = np.random.default_rng(4)
    trials, mean = np.full(300, 400.0), np.full(300, 0.2)
    found = [
        fit_concentration(rng.binomial(400, rng.beta(0.2 * told, 0.8 * told, 300)), trials, mean)
        for told in (20.0, 100.0, 500.0)
    ]
    assert found == pytest.approx([20.0, 100.0, 500.0], rel=0.3)
    assert found == sorted(found)
    assert fit_concentration(np.full(300, 80.0), trials, mean) > 10_000
    assert fit_concentration(np.zeros(0), np.zeros(0), np.zeros(0)) == 200.0


def test_what_is_more_spread_than_hits_is_less_sure(store: Store) -> None:
    rng = np.random.default_rng(7)
    rows = [pitching(season, VETERAN, **PITCHED, g=30, gs=30) for season in (2010, 2011)]
    for at in range(200):
        hits, runs = rng.beta(0.22 * 400, 0.78 * 400), rng.beta(0.1 * 100, 0.9 * 100)
        told = {"h": int(rng.binomial(500, hits)), "er": int(rng.binomial(500, runs))}
        rows.append(pitching(2011, 100 + at, **PITCHED | told, g=30, gs=30))
    short = [
        pitching(2011, 500 + at, **PITCHED | {"opportunities": SPREAD_TOLD_FROM - 1, "er": 60 * (at % 2)}, g=9)
        for at in range(40)
    ]
    write_lines(store, [*rows, *short])
    write_players(store, {1: None})
    lines = read_season_lines(store, "pitcher", 2010, 2011)
    assert relative_concentrations(lines, 2012) == {"er_rate": pytest.approx(100 / 400, rel=0.3)}
    stored = {
        (row["role"], row["age"], row["statistic"]): row["concentration"]
        for row in debut_table(lines, 2012).to_pylist()
    }
    ratio = stored["starter", 25, "er_rate"] / stored["starter", 25, "h_rate"]
    assert ratio == pytest.approx(relative_concentrations(lines, 2012)["er_rate"])


def test_where_nobody_played_enough_every_head_is_as_sure_as_hits(store: Store) -> None:
    few = {"opportunities": 40, "outs": 25, "er": 9, "h": 12, "bb": 4, "hr": 1, "so": 8}
    write_lines(store, [pitching(season, 10 * season + at, **few) for season in (2010, 2011) for at in range(3)])
    write_players(store, {1: None})
    assert relative_concentrations(read_season_lines(store, "pitcher", 2010, 2011), 2012) == {"er_rate": 1.0}


def test_batters_heads_are_as_sure_as_their_hits(store: Store) -> None:
    write_lines(store, [batting(season, 10 * season + at, **LINE) for season in (2010, 2011) for at in range(3)])
    write_players(store, {1: None})
    lines = read_season_lines(store, "batter", 2010, 2011)
    assert relative_concentrations(lines, 2012) == {}
    stored = {row["statistic"]: row["concentration"] for row in debut_table(lines, 2012).to_pylist()}
    assert stored["single_rate"] == stored["obp"] == stored["h_rate"]


def test_whose_first_season_teaches(store: Store) -> None:
    season = 2014
    early = season - SEASONS_TAUGHT - 2
    write_lines(
        store,
        [
            batting(early, 1, **LINE),
            batting(early + 1, 2, **LINE),
            batting(2011, 1, **LINE),
            batting(2011, 3, **LINE),
            batting(2012, 3, **LINE),
            batting(2012, 4, **LINE),
            pitching(2011, 4, **PITCHED),
            batting(2012, 5, opportunities=0),
            batting(2013, 6, ab=30),
            pitching(2013, 6, **PITCHED),
            batting(2013, 7, ab=4),
            batting(2014, 8, **LINE),
        ],
    )
    write_players(store, {1: None})
    lines = read_season_lines(store, "batter", early, 2014)
    taught = [(int(lines.season[at]), int(lines.mlbam_id[at])) for at in np.flatnonzero(first_seasons(lines, season))]
    # Not 1 and 2 (the first season held; too long ago), 4 (pitched before), 5 (never batted), 6 (a pitcher), 8 (later).
    assert taught == [(2011, 3), (2013, 7)]


def test_the_short_season_teaches_nothing(store: Store) -> None:
    write_lines(store, [batting(season, season, **LINE) for season in (2019, 2020, 2021)])
    write_players(store, {1: None})
    lines = read_season_lines(store, "batter", 2019, 2021)
    assert lines.season[first_seasons(lines, 2022)].tolist() == [2021]


def test_one_season_alone_teaches_nothing(store: Store) -> None:
    write_lines(store, [batting(2010, at, **LINE) for at in range(1, 5)])
    write_players(store, {1: None})
    with pytest.raises(ValueError, match="no batter made his debut in the seasons taught before 2011"):
        fit_debut_means(read_season_lines(store, "batter", 2010, 2010), 2011)
    with pytest.raises(ValueError, match="has no season before 2010"):
        make_debut_means(store, "batter", 2010)


def test_a_component_the_league_never_saw_is_zero_and_no_error(store: Store) -> None:
    without = LINE | {"triple": 0}
    write_lines(store, [batting(season, 10 * season + at, **without) for season in (2010, 2011) for at in range(3)])
    write_players(store, {1: None})
    rows = debut_table(read_season_lines(store, "batter", 2010, 2011), 2012).to_pylist()
    assert {row["rate"] for row in rows if row["statistic"] == "triple_rate"} == {0.0}
    assert all(np.isfinite(row["rate"]) for row in rows)


def test_the_table_and_what_is_read_of_it(store: Store) -> None:
    pitchers(store)
    assert make_debut_means(store, "pitcher", 2012).rows == 3 * len(AGES) * 7
    assert make_debut_means(store, "pitcher", 2012).skipped
    rates, concentrations = debut_rates(
        store, "pitcher", 2012, np.array(["reliever", "starter", "any"], dtype=object), np.array([12.0, 25.4, 60.0])
    )
    assert rates["so_rate"][0] > rates["so_rate"][2] > rates["so_rate"][1]
    assert rates["whip"] == pytest.approx(3.0 * 150 / 350, rel=0.02)
    assert all(np.isfinite(values).all() for values in (*rates.values(), *concentrations.values()))
    assert "er_rate" in concentrations
    assert "era" not in concentrations
    rows = store.delta("features.debut_means").to_pyarrow_table().to_pylist()
    assert {(row["trained_until"], row["as_of"].isoformat()) for row in rows} == {(2011, "2012-03-01")}
