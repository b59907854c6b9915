"""`features.newcomer_playing_time` of a hand-made league: who gets how much, what teaches, what may not be known."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fbm_pipeline.marcel.season_lines import SEASONS_BACK, MarcelError
from fbm_pipeline.mle.evidence import Evidence, read_evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.mle.teaching import SEASONS_TAUGHT, first_minor_season
from fbm_pipeline.mle.translation import CENTRE, PARAMETERS, Translation
from fbm_pipeline.mle.translations import NAIVE, TranslationError
from fbm_pipeline.playing_time.model import PITCHERS_COLUMNS, REGULAR
from fbm_pipeline.playing_time.newcomer_inputs import newcomer_inputs
from fbm_pipeline.playing_time.newcomer_learning import Newcomers, learn
from fbm_pipeline.playing_time.newcomer_playing_time import (
    LONGER_LIST,
    TABLE,
    buildable_seasons,
)
from fbm_pipeline.playing_time.schedule import planned_games, read_scheduled_games
from fbm_pipeline.playing_time.tables import NEWCOMER_PLAYING_TIME
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import fit_constants, make_marcel_rates, make_newcomer_playing_time
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players

PROJECTED = 2015
SEASONS = range(2008, PROJECTED)
GAMES = 40  # of each club in a season
COMING = 70  # players of each side of the ball who appear in the minors in a season
REGULARS = 30  # players of the majors who stay
OUTS = 0.7  # per batter faced, everybody's
PITCHERS = 100_000  # ids of pitchers begin here
PRESET = dataclasses.replace(PRESETS["large"], tune_until=2012, min_train_opportunities=20)
SETTINGS = Settings(Path(), Path(), PRESET)


def write_league(store: Store, seasons: range = SEASONS, other_from: int | None = None, pitchers_from: int = 0) -> None:
    """Games, lines of both leagues and translations of every season from the third on, and Marcel's rates.

    Each season's new players of the minors come to the majors in the next one the likelier, and play the more there,
    the better they hit, when they were in AAA, and when they were old there. From `other_from` on everything falls
    otherwise. Pitchers of the minors are published from `pitchers_from` on, with starts where their id is even.
    """
    rng = np.random.default_rng(4)
    majors: list[dict] = []
    minors: list[dict] = []
    for season in seasons:
        if season == other_from:
            rng = np.random.default_rng(5)
        for number in range(REGULARS):
            majors += [_major(rng, season, 1 + number, 120), _major(rng, season, PITCHERS + 1 + number, 120)]
        for number in range(COMING):
            player = 1000 * (season - 2000) + number
            minors += [_minor(rng, season, player), _minor(rng, season, PITCHERS + player)]
        minors.append(_minor(rng, season, 0))
        majors += [
            _major(rng, season, int(row["mlbam_id"]), _coming(rng, row))
            for row in minors
            if row["season"] == season - 1 and row["mlbam_id"]
        ]
    majors = [row for row in majors if row["opportunities"]]
    minors = [row for row in minors if row["player_type"] == "batter" or row["season"] >= pitchers_from]
    write_lines(store, majors)
    ids = sorted({int(row["mlbam_id"]) for row in [*majors, *minors] if row["mlbam_id"]})
    write_players(store, dict.fromkeys(ids))
    for season in seasons:
        _write(store, "core.minor_lines", season, [row for row in minors if row["season"] == season])
        days = [dt.date(season, 4, 1) + dt.timedelta(days=day) for day in range(GAMES)]
        _write(store, "core.games", season, [_game(season, day) for day in days])
    for player_type in ("batter", "pitcher"):
        fit_constants(store, player_type, PRESET)
        for season in range(seasons[0] + 2, seasons[-1] + 2):
            make_marcel_rates(store, player_type, season)
            write_translations(store, player_type, season)


def write_translations(store: Store, player_type: str, season: int) -> None:
    """Translations that say what was held before any line was seen."""
    told = [*zip(PARAMETERS, CENTRE, strict=True), *((name, 1.0) for name in NAIVE)]
    rows = [
        {
            "season": season,
            "player_type": player_type,
            "component": component,
            "parameter": name,
            "value": float(value),
            "n": 1,
            "trained_from": season - 1,
            "trained_until": season - 1,
        }
        for component in COMPONENTS[player_type]
        for name, value in told
    ]
    name = "features.mle_translations"
    table = pa.Table.from_pylist(rows, schema=store.contracts[name].schema)
    store.write(name, {"player_type": player_type, "season": season}, table)


def _write(store: Store, name: str, season: int, rows: list[dict]) -> None:
    schema = store.contracts[name].schema
    told = [{column: row.get(column) for column in schema.names} for row in rows]
    store.write(name, {"season": season}, pa.Table.from_pylist(told, schema=schema))


def _game(season: int, day: dt.date) -> dict:
    return {
        "season": season,
        "month": day.month,
        "game_id": f"BOS{day:%Y%m%d}",
        "game_date": day,
        "source": "hand",
        "number": 0,
        "home_team": "BOS",
        "away_team": "NYY",
    }


def _minor(rng: np.random.Generator, season: int, player: int) -> dict:
    pa, hits = int(rng.integers(200, 400)), float(rng.uniform(0.18, 0.30))
    pitcher = player > PITCHERS
    told = {"so": 0.2, "bb": 0.09, "hr": 0.03, "h": hits, "double": 0.04, "triple": 0.005}
    starts = {"games": 30, "starts": int(25 * rng.integers(2))} if pitcher and player % 2 == 0 else {}
    return {
        "season": season,
        "player_type": "pitcher" if pitcher else "batter",
        "level": LEVELS[int(rng.integers(2))],
        "mlbam_id": player or None,
        "matched_by": "name" if player else "none",
        "line_id": str(player),
        "sources": "hand",
        "club": "BOS",
        "age": int(rng.integers(20, 30)),
        "pa": pa,
        "hr_pa": pa,
        "h_pa": pa,
        **{name: int(pa * rate) for name, rate in told.items()},
        **starts,
    }


def _coming(rng: np.random.Generator, row: dict) -> int:
    """Opportunities in the season after: none for most."""
    sign = -1.0 if row["player_type"] == "pitcher" else 1.0
    good = sign * (row["h"] / row["pa"] - 0.24) / 0.06 + (row["level"] == "AAA") + (row["age"] - 25) / 5
    return int(rng.integers(40, 120)) if rng.random() < 0.3 * max(good, 0.0) else 0


def _major(rng: np.random.Generator, season: int, player: int, turns: int) -> dict:
    hits = int(rng.binomial(turns, 0.24))
    told = {"so": turns // 5, "bb": turns // 12, "h": hits, "hr": hits // 8, "double": hits // 5, "triple": hits // 40}
    if player < PITCHERS:
        return batting(season, player, ab=turns - told["bb"], **told)
    outs = round(OUTS * turns)
    return pitching(season, player, opportunities=turns, ab=turns - told["bb"], outs=outs, er=turns // 10, **told)


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("newcomers"), TABLES)
    write_league(store)
    return store


def newcomers(store: Store, player_type: str = "batter", season: int = PROJECTED) -> pd.DataFrame:
    make_newcomer_playing_time(store, player_type, season)
    filters = [("player_type", "=", player_type), ("season", "=", season)]
    return store.delta(TABLE).to_pyarrow_table(filters=filters).to_pandas().set_index("mlbam_id").sort_index()


def before(store: Store, player_type: str = "batter") -> Evidence:
    """Newcomers of the seasons that teach PROJECTED, with what they did."""
    evidence = read_evidence(store, player_type, range(SEASONS[0] + 2, PROJECTED), PROJECTED - 1)
    return evidence.chosen(evidence.is_newcomer)


def last_lines(store: Store, player_type: str = "batter") -> pd.DataFrame:
    lines = store.delta("core.minor_lines").to_pandas()
    lines = lines[(lines["player_type"] == player_type) & (lines["season"] == PROJECTED - 1)]
    return lines.dropna(subset=["mlbam_id"]).astype({"mlbam_id": "int64"}).set_index("mlbam_id").sort_index()


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_the_better_the_higher_and_the_older_there_get_more(league: Store, player_type: str) -> None:
    last = last_lines(league, player_type)
    expected = newcomers(league, player_type)["opportunities"].loc[last.index]
    hits = last["h"] / last["pa"] * (1 if player_type == "batter" else -1)
    good, high, old = hits > hits.median(), last["level"] == "AAA", last["age"] > 24
    assert expected[good].mean() > 1.5 * expected[~good].mean()
    assert expected[high].mean() > 1.5 * expected[~high].mean()
    assert expected[high & old].mean() > 1.3 * expected[high & ~old].mean()


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_quantiles_are_in_order_and_nothing_is_below_zero(league: Store, player_type: str) -> None:
    table = newcomers(league, player_type)
    assert ((table["p10"] >= 0) & (table["p10"] <= table["p50"]) & (table["p50"] <= table["p90"])).all()
    assert (table["opportunities"] >= 0).all()
    assert table["p90"].max() > 40
    assert (table["p10"] == 0).mean() > 0.9


def test_all_newcomers_with_a_line_teach_and_those_who_did_not_come_as_zero(league: Store) -> None:
    evidence, table = before(league), newcomers(league)
    assert (evidence.actual_pa == 0).mean() > 0.5
    assert set(table["n"]) == {len(evidence.season)}
    assert set(table["trained_from"]) == {SEASONS[0] + 2}
    assert set(table["trained_until"]) == {PROJECTED - 1}
    came = evidence.actual_pa[evidence.actual_pa > 0].mean()
    assert table["opportunities"].mean() < 0.5 * came


def test_the_rows_are_the_newcomers_with_an_id(league: Store) -> None:
    lines = league.delta("core.minor_lines").to_pandas()
    recent = lines[(lines["season"] >= PROJECTED - 3) & (lines["player_type"] == "batter")]
    assert recent["mlbam_id"].isna().any()
    majors = league.delta("core.season_lines").to_pandas()
    seen = set(majors[majors["season"] >= PROJECTED - 3]["mlbam_id"])
    assert set(newcomers(league).index) == set(recent["mlbam_id"].dropna().astype(int)) - seen


def test_the_total_is_what_newcomers_had_lately(league: Store) -> None:
    evidence, table = before(league), newcomers(league)
    lately = evidence.season >= PROJECTED - 3
    longer = 3 * len(table) / lately.sum()
    total = evidence.actual_pa[lately].sum() / 3 * longer**LONGER_LIST
    assert table["opportunities"].sum() == pytest.approx(total)


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> list[Store]:
    """A league, and the same with another course from PROJECTED on and from the season before it on."""
    stores = []
    for other_from in (None, PROJECTED, PROJECTED - 1):
        store = Store(tmp_path_factory.mktemp("otherwise"), TABLES)
        write_league(store, range(2009, PROJECTED + 2), other_from)
        stores.append(store)
    return stores


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_the_season_projected_and_later_ones_change_nothing(otherwise: list[Store], player_type: str) -> None:
    tables = [newcomers(store, player_type) for store in otherwise]
    pd.testing.assert_frame_equal(tables[1], tables[0])
    assert not tables[2].equals(tables[0])


def test_the_windows_reach_back_as_far_as_seasons_teach() -> None:
    reads = NEWCOMER_PLAYING_TIME.reads
    assert reads["features.mle_translations"].back == reads["features.marcel_rates"].back == SEASONS_TAUGHT
    assert reads["core.season_lines"].back == reads["core.games"].back == SEASONS_TAUGHT + SEASONS_BACK
    assert reads["core.minor_lines"].back == PROJECTED - first_minor_season([PROJECTED - SEASONS_TAUGHT])


def test_nothing_is_made_twice(league: Store) -> None:
    make_newcomer_playing_time(league, "batter", PROJECTED)
    assert make_newcomer_playing_time(league, "batter", PROJECTED).skipped


def test_pitchers_have_outs_and_the_role_that_is_known_and_batters_neither(league: Store) -> None:
    table, last = newcomers(league, "pitcher"), last_lines(league, "pitcher")
    for name in ("p10", "p90"):
        assert table[f"outs_{name}"].to_numpy() == pytest.approx(OUTS * table[name].to_numpy(), rel=0.01)
    assert table["outs"].to_numpy() == pytest.approx(OUTS * table["opportunities"].to_numpy(), rel=0.01)
    role = table["role"].loc[last.index]
    assert role[last["starts"].isna()].isna().all()
    assert set(role[last["starts"] == 25]) == {"starter"}
    assert set(role[last["starts"] == 0]) == {"reliever"}
    assert table[["starter_chance", "role_change"]].isna().all(axis=None)
    assert newcomers(league)[list(PITCHERS_COLUMNS)].isna().all(axis=None)


def test_a_season_after_the_first_lines_has_nobody_to_learn_from(tmp_path: Path) -> None:
    """Lines of pitchers begin in 2011: who comes in 2012 teaches 2013, and nobody teaches 2012."""
    store = Store(tmp_path / "store", TABLES)
    write_league(store, range(2008, 2013), pitchers_from=2011)
    assert buildable_seasons(store, SETTINGS, "batter") == [2011, 2012, 2013]
    assert buildable_seasons(store, SETTINGS, "pitcher") == [2013]
    with pytest.raises(TranslationError, match="0 newcomers of earlier seasons"):
        make_newcomer_playing_time(store, "pitcher", 2012)
    with pytest.raises(TranslationError, match="a target season before it that can teach"):
        make_newcomer_playing_time(store, "batter", 2010)
    assert not store.exists(TABLE)


def synthetic(n: int, regulars: int) -> Newcomers:
    """n newcomers of two seasons with two columns, of whom so many are regulars and as many play a little."""
    rng = np.random.default_rng(2)
    share = np.zeros(n)
    share[:regulars] = REGULAR + rng.uniform(0.0, 2.0, regulars)
    share[regulars : 2 * regulars] = 0.3
    return Newcomers(np.repeat([2010, 2011], n // 2), np.column_stack([share > 0, rng.normal(size=n)]) * 1.0, share)


def test_too_few_regulars_leave_their_column_unknown() -> None:
    assert learn(synthetic(400, 99)).if_regular is None
    enough = synthetic(400, 100)
    learned = learn(enough).if_regular
    assert learned is not None
    assert learned(enough.values).mean() == pytest.approx(enough.share[:100].mean(), rel=0.05)


def test_a_league_of_which_nobody_came_expects_nobody() -> None:
    learned = learn(synthetic(60, 0))
    assert learned.total == 0
    assert (learned.expectation(np.zeros((3, 2))) == 0).all()
    with pytest.raises(TranslationError, match="49 newcomers"):
        learn(Newcomers(np.full(49, 2010), np.zeros((49, 2)), np.zeros(49)))


def test_a_season_without_minors_is_passed_over(league: Store) -> None:
    """Before 2014 the last line of who played in 2012 is of two seasons ago, unless the minors did not play in 2013."""
    evidence = read_evidence(league, "batter", [2014], 2013)
    evidence = evidence.chosen(evidence.is_newcomer)
    fitted = {2014: [Translation(name, CENTRE, 1, 2010, 2012) for name in COMPONENTS["batter"]]}
    player = 1000 * (2012 - 2000)
    ids = evidence.mlbam_id.tolist()
    here = ids.index(next(i for i in range(player, player + COMING) if i in ids))
    lines = pd.DataFrame({"season": [2011, 2012, 2013], "level": "AA", "mlbam_id": [0, ids[here], 0], "pa": 300.0})
    found = []
    for held in (lines, lines[lines["season"] != 2013]):
        inputs = newcomer_inputs(evidence, held, fitted)
        row = dict(zip(inputs.columns, inputs.values[here], strict=True))
        found.append([row[name] for name in ("AA_1", "AA_2", "AA_3", "AA", "AAA", "seasons_since_line")])
    assert found[0] == [0.0, 300.0, 0.0, 300.0, 0.0, 1.0]
    assert np.array_equal(found[1], [300.0, 0.0, np.nan, 300.0, 0.0, 0.0], equal_nan=True)


def test_the_schedule_is_the_longest_of_three_seasons(league: Store) -> None:
    assert read_scheduled_games(league, 2012, 2014) == {2012: GAMES, 2013: GAMES, 2014: GAMES}
    assert planned_games({2019: 162.0, 2020: 60.0}, 2021) == 162.0
    with pytest.raises(MarcelError, match="hold no season of 2018-2020"):
        planned_games({2017: 162.0}, 2021)
