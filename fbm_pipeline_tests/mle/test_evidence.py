"""Who is projected, and what the minors, Marcel and the coming season tell of each."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from fbm_pipeline.mle.evidence import UNKNOWN_AGE, Evidence, read_evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.mle.teaching import teaching_seasons
from fbm_pipeline.mle.translations import TranslationError, translatable_seasons
from fbm_pipeline.settings import load_settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_translations
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players
from fbm_pipeline_tests.mle.hand_made import SEASONS, minor_line, write_minor_lines

SO, HR, HITS = (COMPONENTS["batter"].index(name) for name in ("so", "hr", "h"))
AAA, AA = range(len(LEVELS))
KNOWN, PROSPECT, OTHER = 1, 2, 3
LINE = {"ab": 450, "bb": 50, "h": 120, "so": 100, "hr": 15, "double": 25, "triple": 3}


def write_marcel(store: Store, season: int, players: dict[int, float], player_type: str = "batter") -> None:
    """Marcel's rates of the components: this multiple of a league of one in ten, resting on 500 opportunities."""
    rows = [
        {
            "season": season,
            "player_type": player_type,
            "as_of": dt.date(season, 3, 1),
            "mlbam_id": player,
            "system": system,
            "statistic": f"{name}_rate",
            "rate": 0.1 * multiple * (1 if system == "marcel" else 9),
            "weight": 500.0,
            "league_rate": 0.1,
            "opportunities": 400.0,
        }
        for player, multiple in players.items()
        for name in COMPONENTS[player_type]
        for system in ("marcel", "marcel_classic")
    ]
    table = (
        store.contracts["features.marcel_rates"]
        .schema.empty_table()
        .from_pylist(rows, schema=TABLES["features.marcel_rates"].schema)
    )
    store.write("features.marcel_rates", {"player_type": player_type, "season": season}, table)


def found(store: Store, minors: list[dict], majors: list[dict] | None = None, player_type: str = "batter") -> Evidence:
    """The players before 2014; KNOWN played in 2013 and Marcel knows him."""
    line = batting(2013, KNOWN, **LINE) if player_type == "batter" else pitching(2013, KNOWN, opportunities=500)
    write_lines(store, [line, *(majors or [])])
    write_minor_lines(store, minors)
    write_players(store, {KNOWN: dt.date(1985, 6, 30), PROSPECT: dt.date(1991, 6, 30), OTHER: None})
    write_marcel(store, 2014, {KNOWN: 1.2}, player_type)
    return read_evidence(store, player_type, [2014], 2013)


def at(rows: Evidence, player: int) -> int:
    return rows.mlbam_id.tolist().index(player)


def test_a_known_player_and_a_newcomer(store: Store) -> None:
    rows = found(store, [minor_line(2013, PROSPECT, so=80), minor_line(2013, OTHER, so=120)])
    assert rows.mlbam_id.tolist() == [KNOWN, PROSPECT, OTHER]
    assert (rows.season == 2014).all()
    assert rows.is_newcomer.tolist() == [False, True, True]
    assert rows.has_minors.tolist() == [False, True, True]
    assert rows.major_pa.tolist() == [500.0, 0.0, 0.0]
    assert rows.marcel[:, SO] == pytest.approx([1.2, 0.0, 0.0])
    assert rows.marcel_weight[:, HR].tolist() == [500.0, 0.0, 0.0]
    assert rows.minor_pa[:, SO, AAA].tolist() == [0.0, 400.0, 400.0]
    assert rows.minors[1:, SO, AAA] == pytest.approx([320.0, 480.0])  # .8 and 1.2 times the level's rate
    assert rows.league[:, SO] == pytest.approx(0.2)
    assert np.isnan(rows.actual_league).all()
    assert not rows.actual_pa.any()


def test_seasons_further_back_count_less_and_old_ones_not(store: Store) -> None:
    pa = {2013: 100, 2012: 200, 2011: 300, 2010: 400, 2014: 500}
    rows = found(store, [minor_line(season, PROSPECT, pa=trips) for season, trips in pa.items()])
    assert rows.minor_pa[at(rows, PROSPECT), SO, AAA] == pytest.approx(100 + 0.8 * 200 + 0.6 * 300)
    pitchers = found(
        store, [minor_line(season, PROSPECT, "pitcher", pa=100) for season in (2011, 2012, 2013)], player_type="pitcher"
    )
    assert pitchers.minor_pa[at(pitchers, PROSPECT), 0, AAA] == pytest.approx(100 * (1 + 2 / 3 + 1 / 3))


def test_lines_at_both_levels_stand_apart(store: Store) -> None:
    rows = found(
        store,
        [
            minor_line(2013, PROSPECT, level="AA", pa=300, so=30, age=22),
            minor_line(2013, PROSPECT, pa=100, so=30, age=22),
            minor_line(2012, PROSPECT, level="AA", pa=100, age=21),
            minor_line(2013, OTHER, level="AA", pa=300, so=90),
        ],
    )
    me = at(rows, PROSPECT)
    assert rows.minor_pa[me, SO].tolist() == [100.0, 300.0 + 0.8 * 100.0]
    assert rows.minors[me, SO, AAA] == pytest.approx(100.0)  # alone at his level
    assert rows.minors[me, SO, AA] == pytest.approx(0.5 * 300 + 80)
    assert rows.minor_age[me].tolist() == [22.0, (300 * 22 + 100 * 21) / 400]


def test_unknown_home_runs_are_no_opportunities(store: Store) -> None:
    rows = found(
        store, [minor_line(2013, PROSPECT, hr=None), minor_line(2013, OTHER, h=None, double=None, triple=None)]
    )
    assert rows.minor_pa[at(rows, PROSPECT), HR, AAA] == 0.0
    assert rows.minor_pa[at(rows, PROSPECT), SO, AAA] == 400.0
    assert rows.minor_pa[at(rows, OTHER), HITS, AAA] == 0.0
    assert rows.has_minors.tolist() == [False, True, True]


def test_an_unknown_birth_date_leaves_the_published_age(store: Store) -> None:
    rows = found(store, [minor_line(2012, OTHER, age=23), minor_line(2013, PROSPECT, age=19)])
    assert rows.age[at(rows, OTHER)] == 25.0
    assert rows.age[at(rows, PROSPECT)] == pytest.approx(23.0, abs=0.01)
    nobody = found(store, [minor_line(2013, 5)])
    assert nobody.age[at(nobody, 5)] == UNKNOWN_AGE


def test_who_has_been_in_the_majors_on_either_side_is_no_newcomer(store: Store) -> None:
    prospects = [minor_line(2013, player) for player in (PROSPECT, OTHER, 4)]
    rows = found(store, prospects, [pitching(2012, OTHER, opportunities=100), batting(2010, 4, **LINE)])
    assert rows.mlbam_id.tolist() == [KNOWN, PROSPECT, 4]  # 2010 is forgotten


def test_pitchers_at_bat_are_no_newcomers_and_two_levels_do_not_make_a_pitcher(store: Store) -> None:
    pitched = [
        minor_line(2013, player, "pitcher", "A", pa=pa) for player, pa in ((PROSPECT, 150), (OTHER, 250), (4, 900))
    ]
    rows = found(
        store,
        [
            *pitched,
            minor_line(2013, PROSPECT, pa=90),
            minor_line(2013, PROSPECT, level="AA", pa=90),
            minor_line(2013, OTHER, pa=90),
            minor_line(2013, OTHER, level="AA", pa=90),
            minor_line(2013, 4, pa=250),
        ],
    )
    # 180 turns at bat and 150 batters faced; 180 and 250; 250 and 900, a two-way player
    assert rows.mlbam_id.tolist() == [KNOWN, PROSPECT, 4]


def test_roles_of_pitchers_are_those_of_their_minors(store: Store) -> None:
    rows = found(
        store,
        [
            minor_line(2013, PROSPECT, "pitcher", games=20, starts=10),
            minor_line(2013, OTHER, "pitcher", games=21, starts=10),
            minor_line(2013, 4, "pitcher"),
            minor_line(2013, KNOWN, "pitcher", games=9, starts=9),
        ],
        player_type="pitcher",
    )
    assert dict(zip(rows.mlbam_id.tolist(), rows.role.tolist(), strict=True)) == {
        KNOWN: "starter",
        PROSPECT: "starter",
        OTHER: "reliever",
        4: "any",
    }


def test_without_pitchers_lines_only_marcels_pitchers_are_there(store: Store) -> None:
    rows = found(store, [minor_line(2013, PROSPECT)], player_type="pitcher")
    assert rows.mlbam_id.tolist() == [KNOWN]
    assert not rows.has_minors.any()
    assert rows.role.tolist() == ["any"]


def test_outcomes_are_those_of_the_target_season(store: Store) -> None:
    coming = [batting(2014, PROSPECT, **LINE), batting(2014, 9, **LINE | {"so": 200})]
    found(store, [minor_line(2013, PROSPECT)], coming)
    rows = read_evidence(store, "batter", [2014], 2014)
    me = at(rows, PROSPECT)
    assert (rows.actual_pa[me], rows.actual[me, SO], rows.actual[me, HITS]) == (500.0, 100.0, 120.0)
    assert rows.actual_league[me, SO] == pytest.approx(0.3)
    assert rows.league[me, SO] == pytest.approx(0.2)  # what was known before
    assert rows.actual_pa[at(rows, KNOWN)] == 0.0


def test_evidence_of_several_seasons_is_that_of_each(league: Store) -> None:
    both = read_evidence(league, "batter", [2012, 2013], 2013)
    alone = read_evidence(league, "batter", [2013], 2013)
    last = both.chosen(both.season == 2013)
    assert np.array_equal(last.mlbam_id, alone.mlbam_id)
    assert np.array_equal(last.minor_pa, alone.minor_pa)
    assert np.array_equal(last.actual, alone.actual)


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_what_is_known_before_a_season_that_teaches_is_what_was_known_then(league: Store, player_type: str) -> None:
    then = read_evidence(league, player_type, [2012], 2011)
    today = read_evidence(league, player_type, [2012], 2015)
    outcomes = {"actual", "actual_pa", "actual_league"}
    for field in dataclasses.fields(Evidence):
        before, after = getattr(then, field.name), getattr(today, field.name)
        if field.name not in (*outcomes, "player_type", "role"):
            assert np.array_equal(before, after, equal_nan=True), field.name
    assert then.role.tolist() == today.role.tolist()
    assert then.actual_pa.sum() == 0.0 < today.actual_pa.sum()


def test_seasons_that_teach(league: Store) -> None:
    assert teaching_seasons(league, 2015) == [2011, 2012, 2013, 2014]
    assert teaching_seasons(league, 2011) == []
    assert translatable_seasons(league, load_settings({})) == [2012, 2013, 2014, 2015]


def test_the_short_season_and_seasons_without_lines_behind_them_teach_nothing(store: Store) -> None:
    for season in (2019, 2020, 2021):
        write_marcel(store, season, {KNOWN: 1.0})
    write_lines(store, [batting(season, KNOWN, **LINE) for season in (2019, 2020, 2021)])
    assert teaching_seasons(store, 2022) == []
    write_minor_lines(store, [minor_line(2018, PROSPECT)])
    assert teaching_seasons(store, 2022) == [2019, 2021]
    write_minor_lines(store, [minor_line(2019, PROSPECT)])
    store.write("core.minor_lines", {"season": 2018}, store.contracts["core.minor_lines"].schema.empty_table())
    assert teaching_seasons(store, 2022) == [2021]


def test_tables_that_were_never_written_are_named(league: Store, altered: Store, store: Store) -> None:
    with pytest.raises(FileNotFoundError, match=r"core\.minor_lines"):
        read_evidence(store, "batter", [2014], 2013)
    for season in SEASONS:
        altered.drop("core.minor_lines", {"season": season})
    assert translatable_seasons(altered, load_settings({})) == []
    with pytest.raises(TranslationError, match="no target season before 2014 has minor-league lines behind it"):
        make_translations(altered, "batter", 2014)
