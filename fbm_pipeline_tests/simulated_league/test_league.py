"""The simulated league: same bytes from the same seed, balanced books, visible talent, and the public formats."""

import gzip
import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from fbm_pipeline.simulated_league.league import LeagueSummary, write_league
from fbm_pipeline.sources.club_rosters import read_club_rosters
from fbm_pipeline.sources.files import find_files
from fbm_pipeline.sources.minor_leagues import read_minor_leagues
from fbm_pipeline.tables import TABLES

TINY = {"first_season": 2018, "last_season": 2021, "first_statcast_season": 2020, "teams": 4, "games_per_team": 10}

PLAYS = (
    "gid pn event inning top_bot vis_home site batteam pitteam batter pitcher bathand pithand balls strikes count "
    "pitches pa ab single double triple hr sh sf hbp walk iw k xi roe fc loc hittype gdp outs_pre outs_post runs "
    "date gametype"
)
STATCAST = (
    "game_pk game_date game_type at_bat_number pitch_number inning inning_topbot outs_when_up balls strikes batter "
    "pitcher stand p_throws home_team away_team pitch_type release_speed release_spin_rate release_extension "
    "release_pos_x release_pos_z spin_axis pfx_x pfx_z plate_x plate_z sz_top sz_bot zone vx0 vy0 vz0 ax ay az type "
    "description events bb_type launch_speed launch_angle hit_distance_sc hc_x hc_y bat_speed swing_length on_1b "
    "on_2b on_3b bat_score fld_score home_score away_score player_name"
)
COLUMNS = {
    "retrosheet/plays_*": PLAYS,
    "retrosheet/gameinfo_*": "gid visteam hometeam site date number usedh wp lp save gametype vruns hruns season",
    "retrosheet/pitching_*": "gid id team p_seq stattype p_ipouts p_bfp p_h p_hr p_r p_er p_w p_iw p_k p_hbp p_sh p_sf "
    "p_gs date number vishome opp gametype season",
    "retrosheet/rosters_*": "season team retro_id last first bats throws pos",
    "retrosheet/batted_ball_physics_*": "gid pn launch_speed launch_angle spray_deg cost margin confident",
    "lahman/People": "playerID birthYear nameFirst nameLast bats throws debut bbrefID finalGame retroID birthDate",
    "lahman/Batting": "playerID yearID stint teamID G AB R H 2B 3B HR RBI SB CS BB SO IBB HBP SH SF GIDP",
    "lahman/Pitching": "playerID yearID stint teamID W L G GS SV IPouts H ER HR BB SO IBB HBP BFP R SH SF",
    "lahman/Appearances": "yearID teamID playerID G_all GS G_p G_c G_1b G_2b G_3b G_ss G_lf G_cf G_rf G_dh",
    "lahman/Teams": "yearID teamID teamIDretro teamIDBR W L name park BPF",
    "register/people": "key_person key_mlbam key_retro key_bbref key_fangraphs key_bbref_minors name_last name_first "
    "birth_year birth_month birth_day",
    "milb/fangraphs_hitters_qualified_*": "Season Name Level Age PA AB H 1B 2B 3B HR BB SO HBP SF PlayerId mlbam",
    "milb/fangraphs_hitter_rates_*": "Name Level Age PA BB% K% PlayerId Season mlbam",
    "milb/savant_batters_*": "Player PA AB Hits HR SO BB Year season",
    "milb/savant_pitchers_*": "Player PA AB Hits HR SO BB Year season",
    "projections/hitters_*": "season system snapshot name fg_id PA AB H 2B 3B HR BB SO HBP AVG OBP SLG mlbam retro",
    "projections/pitchers_*": "season system snapshot name fg_id IP H ER HR BB SO ERA WHIP TBF mlbam retro",
    "true_talent": "season player_type mlbam_id so_rate bb_rate hbp_rate hr_rate single_rate double_rate triple_rate",
    "statcast/statcast_*": STATCAST,
}
EVENTS = {
    "single",
    "double",
    "triple",
    "home_run",
    "strikeout",
    "walk",
    "intent_walk",
    "hit_by_pitch",
    "field_out",
    "force_out",
    "grounded_into_double_play",
    "fielders_choice",
    "field_error",
    "sac_fly",
    "sac_bunt",
    "catcher_interf",
    "strikeout_double_play",
    "caught_stealing_2b",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LeagueSummary:
    return write_league(tmp_path_factory.mktemp("tiny"), seed=3, **TINY)


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> LeagueSummary:
    """Four seasons of the default size: enough for talent to show."""
    return write_league(
        tmp_path_factory.mktemp("league"), seed=5, first_season=2019, last_season=2022, first_statcast_season=2021
    )


def rows(summary: LeagueSummary, text: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        return connection.execute(text.replace("@", str(summary.folder))).fetchall()


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tiny: LeagueSummary, tmp_path: Path) -> None:
    write_league(tmp_path / "again", seed=3, **TINY)
    assert digests(tmp_path / "again") == digests(tiny.folder)


def test_another_seed_writes_another_league(tiny: LeagueSummary, tmp_path: Path) -> None:
    write_league(tmp_path / "other", seed=4, **TINY)
    mine, others = digests(tiny.folder), digests(tmp_path / "other")
    same = {name for name in mine if others.get(name) == mine[name]}
    assert same == set()


@pytest.mark.parametrize("pattern", COLUMNS)
def test_files_have_the_public_columns(tiny: LeagueSummary, pattern: str) -> None:
    found = rows(tiny, f"describe select * from '@/{pattern}.parquet'")
    assert set(COLUMNS[pattern].split()) <= {row[0] for row in found}


def test_some_days_are_savant_downloads(tiny: LeagueSummary) -> None:
    days = sorted((tiny.folder / "statcast").glob("*.csv.gz"))
    assert days
    lines = gzip.decompress(days[0].read_bytes()).decode().splitlines()
    header = lines[0].split(",")
    assert len(header) == 94
    assert set(STATCAST.split()) <= set(header)
    assert len(lines) - 1 == tiny.files[f"statcast/{days[0].name}"]
    assert "NA" in lines[1]


def test_manifest_and_summary_agree(tiny: LeagueSummary) -> None:
    manifest = json.loads((tiny.folder / "simulated_league.json").read_text())
    assert manifest["seed"] == 3
    assert manifest["files"] == tiny.files
    assert manifest["version"] >= 1


BATTING_PLAYS = """
    select 'R' || batter as player, left(date, 4)::int as season, sum(ab), sum(single + double + triple + hr),
           sum(double), sum(triple), sum(hr), sum(walk), sum(iw), sum(k), sum(hbp), sum(sf), sum(sh), sum(pa - xi)
    from '@/retrosheet/plays_*.parquet' group by all
    order by all
"""
BATTING_LAHMAN = """
    select 'R' || p.retroID as player, b.yearID as season, sum(AB), sum(H), sum("2B"), sum("3B"), sum(HR), sum(BB),
           sum(IBB), sum(SO), sum(HBP), sum(SF), sum(SH), sum(AB + BB + HBP + SF + SH)
    from '@/lahman/Batting.parquet' as b join '@/lahman/People.parquet' as p using (playerID)
    where yearID < 2020 group by all having sum(AB + BB + HBP + SF + SH) > 0
    order by all
"""


def test_batting_books_balance_with_the_plays(tiny: LeagueSummary) -> None:
    plays = [row for row in rows(tiny, BATTING_PLAYS) if row[-1]]
    assert len(plays) > 50
    assert plays == rows(tiny, BATTING_LAHMAN)


def test_pitching_lines_balance_with_the_plays(tiny: LeagueSummary) -> None:
    plays = rows(
        tiny,
        """select gid, pitcher, sum(outs_post - outs_pre), sum(pa), sum(single + double + triple + hr), sum(hr),
        sum(walk), sum(iw), sum(k), sum(hbp), sum(sh), sum(sf) from '@/retrosheet/plays_*.parquet' group by all
        order by all""",
    )
    lines = rows(
        tiny,
        """select gid, id, p_ipouts, p_bfp, p_h, p_hr, p_w, p_iw, p_k, p_hbp, p_sh, p_sf
        from '@/retrosheet/pitching_*.parquet' where gametype = 'regular' and season < 2020 order by all""",
    )
    assert plays == lines


def test_lahman_pitching_is_the_sum_of_the_lines(tiny: LeagueSummary) -> None:
    lines = rows(
        tiny,
        """select season, id, sum(p_ipouts), sum(p_bfp), sum(p_h), sum(p_er), sum(p_r), sum(p_k), sum(p_w), sum(p_gs)
        from '@/retrosheet/pitching_*.parquet' where gametype = 'regular' group by all order by all""",
    )
    official = rows(
        tiny,
        """select yearID, retroID, sum(IPouts), sum(BFP), sum(H), sum(ER), sum(t.R), sum(SO), sum(BB),
        nullif(sum(GS), 0) from '@/lahman/Pitching.parquet' t join '@/lahman/People.parquet' using (playerID)
        group by all order by all""",
    )
    assert lines == official


def test_runs_of_the_plays_are_the_scores(tiny: LeagueSummary) -> None:
    [(wrong,)] = rows(
        tiny,
        """select count(*) from (select gid, sum(runs * (1 - top_bot)) v, sum(runs * top_bot) h
        from '@/retrosheet/plays_*.parquet' group by gid) join '@/retrosheet/gameinfo_*.parquet' using (gid)
        where v <> vruns or h <> hruns or vruns = hruns""",
    )
    [(charged, earned, scored)] = rows(
        tiny,
        """select sum(p_r), sum(p_er), (select sum(vruns + hruns) from '@/retrosheet/gameinfo_*.parquet')
        from '@/retrosheet/pitching_*.parquet' where season < 2020""",
    )
    assert wrong == 0
    assert charged == scored
    assert earned < charged


def test_statcast_events_balance_with_lahman(tiny: LeagueSummary) -> None:
    """Also where intentional walks have no row: the last season."""
    counted = rows(
        tiny,
        """with pitches as (
            select game_date, game_type, batter, pitcher, events from '@/statcast/*.parquet'
            union all
            select game_date::date, game_type, batter, pitcher, nullif(events, '') from '@/statcast/*.csv.gz')
        select year(game_date), count(*) filter (events in ('strikeout', 'strikeout_double_play')),
            count(*) filter (events = 'home_run'), count(*) filter (events in ('walk', 'intent_walk')),
            count(*) filter (events = 'intent_walk'), count(*) filter (events = 'sac_fly')
        from pitches where game_type = 'R' group by 1 order by 1""",
    )
    official = rows(
        tiny,
        """select yearID, sum(SO), sum(HR), sum(BB), sum(IBB), sum(SF) from '@/lahman/Batting.parquet'
        where yearID >= 2020 group by 1 order by 1""",
    )
    assert counted[0] == official[0]
    season, so, hr, bb, ibb, sf = official[1]
    assert ibb > 0
    assert counted[1] == (season, so, hr, bb - ibb, 0, sf)


def test_every_kind_of_event_occurs(tiny: LeagueSummary) -> None:
    events = {row[0] for row in rows(tiny, "select distinct events from '@/statcast/*.parquet'")}
    assert events - {None} >= EVENTS
    kinds = {row[0] for row in rows(tiny, "select distinct event from '@/retrosheet/plays_*.parquet' where pa = 0")}
    assert {"SB2", "CS2(26)"} <= kinds
    assert any(kind.startswith("WP.") for kind in kinds)


def test_an_event_stands_on_the_last_pitch_only(tiny: LeagueSummary) -> None:
    [(wrong, games)] = rows(
        tiny,
        """select count(*) filter (events is not null and following or events is null and not following),
        count(distinct game_pk) from (select *, lead(pitch_number) over (
        partition by game_pk, at_bat_number order by pitch_number) is not null as following
        from '@/statcast/*.parquet')""",
    )
    assert games > 20
    assert wrong == 0


def test_pitch_strings_agree_with_outcomes(tiny: LeagueSummary) -> None:
    plays = rows(
        tiny,
        """select regexp_replace(pitches, '[^A-Z]', '', 'g'), balls, strikes, k, walk, hbp, iw, xi,
        ab - k + sf + sh > 0 from '@/retrosheet/plays_*.parquet' where pa = 1""",
    )
    for letters, balls, strikes, k, walk, hbp, iw, xi, in_play in plays:
        thrown = sum(letter in "BV" for letter in letters)
        before = letters[:-1]
        assert balls == sum(letter in "BV" for letter in before)
        assert strikes == min(sum(letter in "CSFLMT" for letter in before), 2)
        assert not walk or (thrown == 4 and letters[-1] in "BV")
        assert not iw or letters == "VVVV"
        assert not k or (letters[-1] in "CSTL" and strikes == 2)
        assert not hbp or letters[-1] == "H"
        assert not (in_play or xi) or letters[-1] == "X"
        assert thrown <= 3 + walk


def test_innings_have_three_outs(tiny: LeagueSummary) -> None:
    halves = rows(
        tiny,
        """select gid, inning, top_bot, min(outs_pre), max(outs_post), sum(outs_post - outs_pre)
        from '@/retrosheet/plays_*.parquet' group by all""",
    )
    assert max(half[1] for half in halves) > 9
    for _, inning, bottom, low, high, made in halves:
        assert low == 0
        assert high == made
        assert high == 3 or (bottom == 1 and inning >= 9)


def test_doubleheaders_are_numbered(league: LeagueSummary) -> None:
    numbers = {row[0] for row in rows(league, "select distinct number from '@/retrosheet/gameinfo_*.parquet'")}
    assert numbers == {0, 1, 2}


def test_talent_shows_in_the_results(league: LeagueSummary) -> None:
    found = rows(
        league,
        """select 'batter', corr(so / pa, so_rate), corr(hr / pa, hr_rate), corr(bb / pa, bb_rate) from (
            select yearID, playerID, sum(SO) so, sum(HR) hr, sum(BB) bb, sum(AB + BB + HBP + SF + SH) pa
            from '@/lahman/Batting.parquet' group by all) b
        join '@/register/people.parquet' r on b.playerID = r.key_bbref
        join '@/true_talent.parquet' t on t.mlbam_id = r.key_mlbam and t.season = yearID
        where pa >= 150 and player_type = 'batter'
        union all
        select 'pitcher', corr(SO / BFP, so_rate), 1.0, corr(BB / BFP, bb_rate) from '@/lahman/Pitching.parquet' b
        join '@/register/people.parquet' r on b.playerID = r.key_bbref
        join '@/true_talent.parquet' t on t.mlbam_id = r.key_mlbam and t.season = yearID
        where BFP >= 150 and player_type = 'pitcher'""",
    )
    for _, so, hr, bb in found:
        assert so > 0.6
        assert hr > 0.5
        assert bb > 0.45


def test_platoon_and_park_effects_show(league: LeagueSummary) -> None:
    [(same, other)] = rows(
        league,
        """with plays as (select *, walk + single + double + triple + hr as reached, bathand = pithand as same
            from '@/retrosheet/plays_*.parquet')
        select sum(reached) filter (same) / sum(pa) filter (same),
        sum(reached) filter (not same) / sum(pa) filter (not same) from plays""",
    )
    parks = dict(rows(league, "select site, sum(hr) / sum(pa) from '@/retrosheet/plays_*.parquet' group by site"))
    assert same < other - 0.01
    assert parks["DEN02"] > sorted(parks.values())[len(parks) // 2]


def test_minor_league_lines_precede_debuts(league: LeagueSummary) -> None:
    debuts = rows(
        league,
        """select key_mlbam, name_first || ' ' || name_last, left(debut, 4)::int from '@/lahman/People.parquet'
        join '@/register/people.parquet' on playerID = key_bbref where left(debut, 4)::int >= 2019""",
    )
    seasons = dict(
        rows(
            league,
            """select Name, min(Season) from '@/milb/fangraphs_hitter_rates_*.parquet' group by 1
            union all select regexp_replace(Player, '^(.*), (.*) [LR]HP$', '\\2 \\1'), min(season)
            from '@/milb/savant_pitchers_*.parquet' group by 1""",
        )
    )
    assert len(debuts) > 30
    assert [name for _, name, debut in debuts if seasons.get(name, 9999) >= debut] == []


def test_rosters_before_a_season_hold_those_who_open_it(tiny: LeagueSummary) -> None:
    schema = TABLES["raw.club_rosters"].schema
    files = find_files(tiny.folder, "club_rosters")
    assert [path.name for path in files] == [f"statsapi_40man_{season}-02-20.json" for season in range(2018, 2023)]
    rosters = [read_club_rosters(path, schema).to_pylist() for path in files]
    assert [len(rows) for rows in rosters] == [tiny.files[f"rosters/{path.name}"] for path in files]
    opening = rows(
        tiny,
        """select distinct year(game_date), unnest([batter, pitcher]), unnest(if(inning_topbot = 'Top',
        [away_team, home_team], [home_team, away_team])) from '@/statcast/*.parquet'
        where game_date in (select min(game_date) from '@/statcast/*.parquet' group by year(game_date))""",
    )
    told = {(row["as_of"].year, row["mlbam"], row["club"]) for roster in rosters for row in roster}
    assert len(opening) > 50
    assert set(opening) <= told
    known = {player for (player,) in rows(tiny, "select key_mlbam from '@/register/people.parquet'")}
    assert {row["mlbam"] for row in rosters[-1]} <= known
    clubs = [{row["mlbam"]: row["club"] for row in roster} for roster in rosters[-2:]]
    assert any(clubs[0][player] != clubs[1][player] for player in clubs[0].keys() & clubs[1].keys())


def test_minor_league_pitchers_stand_in_two_publishers_files(tiny: LeagueSummary) -> None:
    schema = TABLES["raw.milb_pitching"].schema
    tables = [read_minor_leagues(path, schema) for path in find_files(tiny.folder, "minor_pitching")]
    facts = duckdb.from_arrow(pa.concat_tables(tables))
    assert facts
    by_source = facts.query(
        "lines",
        """select source, season, count(*), sum(PA), sum(SO), sum(BB), sum(HR), sum(H), sum("1B") from lines
        group by all order by all""",
    ).fetchall()
    half = len(by_source) // 2
    assert half == 5
    assert [row[1:] for row in by_source[:half]] == [row[1:] for row in by_source[half:]]
    [(starters, pitchers, wrong, clubs)] = facts.query(
        "lines",
        """select count(*) filter (GS > 0), count(*), count(*) filter (GS > G or IP is null or mlbam is null or
        TBF != PA or level is null), count(distinct team) from lines where source = 'statsapi'""",
    ).fetchall()
    assert 0.3 < starters / pitchers < 0.7
    assert (wrong, clubs) == (0, 4)


def test_names_and_ids_are_unique(league: LeagueSummary) -> None:
    [row] = rows(
        league,
        """select count(*), count(distinct key_mlbam), count(distinct key_fangraphs),
        count(distinct name_first || name_last), count(key_retro), count(distinct key_retro),
        count(distinct key_bbref) from '@/register/people.parquet'""",
    )
    total, mlbam, fangraphs, names, retro, distinct_retro, bbref = row
    assert total == mlbam == fangraphs == names
    assert retro == distinct_retro == bbref > 100


def test_physics_go_with_talent(league: LeagueSummary) -> None:
    [(velocity, within)] = rows(
        league,
        """select corr(speed, so_rate), corr(speed, velocity) from (
            select pitcher, year(game_date) season, avg(release_speed) speed from '@/statcast/*.parquet'
            where pitch_type = 'FF' group by all having count(*) > 50) s
        join '@/true_talent.parquet' t on t.mlbam_id = pitcher and t.season = s.season""",
    )
    [(power,)] = rows(
        league,
        """select corr(speed, hr_rate) from (
            select batter, year(game_date) season, avg(launch_speed) speed from '@/statcast/*.parquet'
            group by all having count(launch_speed) > 50) s
        join '@/true_talent.parquet' t on t.mlbam_id = batter and t.season = s.season""",
    )
    assert velocity > 0.35
    assert within > 0.95
    assert power > 0.35


def test_the_postseason_is_marked(tiny: LeagueSummary) -> None:
    statcast = dict(rows(tiny, "select game_type, count(*) from '@/statcast/*.parquet' group by 1"))
    assert set(statcast) == {"R", "W"}
    lines = {row[0] for row in rows(tiny, "select distinct gametype from '@/retrosheet/pitching_*.parquet'")}
    assert lines == {"regular", "worldseries"}


def test_impossible_leagues_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="teams=5"):
        write_league(tmp_path, teams=5)
    with pytest.raises(ValueError, match="first_statcast_season=2014"):
        write_league(tmp_path, first_statcast_season=2014)
    with pytest.raises(ValueError, match="choose 1 to 162"):
        write_league(tmp_path, games_per_team=500)
    assert not list(tmp_path.iterdir())
