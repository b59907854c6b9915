"""Newcomers in print: published by the systems that project them, and a card that says where the numbers come from."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.publish.page import write_page
from fbm_pipeline.publish.projections import UNPUBLISHED, load_projections, projected_players
from fbm_pipeline.publish.rate_sources import newcomers_mean, rate_sources
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made, hand_made_minors
from fbm_pipeline_tests.evaluation.hand_made_minors import CONTROL, NEWCOMERS_RATE
from fbm_pipeline_tests.making import make_blend_weights, publish
from fbm_pipeline_tests.mle.hand_made import minor_line, write_minor_lines
from fbm_pipeline_tests.publish.conftest import Published
from fbm_pipeline_tests.publish.test_page import Outline, players

SEASON = 2022
NEWCOMERS = {"batter": (71, 72), "pitcher": (1071,)}
BLENDED = (9, 1009)
NULLS = [None, None, None]


def write_newcomers(store: Store) -> None:
    """Everything that is known of 2022 before it: two batters and a pitcher of the minors, two of both leagues."""
    fresh = [player for found in NEWCOMERS.values() for player in found]
    hand_made_minors.write_people(store, fresh)
    hand_made_minors.write_newcomers(store, SEASON, NEWCOMERS, BLENDED)
    hand_made_minors.write_newcomers_time(store, SEASON, NEWCOMERS)
    hand_made.write_playing_time(store, SEASON)
    for name in ("stat_profiles", "archetypes"):
        for player_type, ids in NEWCOMERS.items():
            partition = {"player_type": player_type, "season": SEASON}
            filters = [(key, "=", value) for key, value in partition.items()]
            held = store.delta(f"features.{name}").to_pyarrow_table(filters=filters).to_pylist()
            own = [held[0] | {"mlbam_id": i, "age": 21.5, "identity_source": "mle", "archetype": 3} for i in ids]
            kept = [{**row, "identity_source": "blended"} if row["mlbam_id"] in BLENDED else row for row in held]
            table = hand_made.table(store.contracts[f"features.{name}"], [*kept, *own])
            store.write(f"features.{name}", partition, table)
    write_minor_lines(
        store,
        [
            minor_line(2018, 71, pa=999),
            minor_line(2020, 71, level="AA", club="NYY", pa=300, hr=None, h=None),
            minor_line(2021, 71, club="BOS", pa=200, so=40, bb=20, hr=7, hr_estimated=True, h=50, h_pa=150),
            minor_line(2021, 71, level="A+", pa=100),
            minor_line(2022, 71, club="SEA"),
            minor_line(2021, 9, club="SEA", pa=150),
            minor_line(2021, 7, club="SEA"),
            minor_line(2021, 1071, "pitcher", club=None, pa=400, sources="hand+other"),
        ],
    )


@pytest.fixture(scope="module")
def newcomers(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Projections for 2022 with newcomers; not to be written to."""
    folder = tmp_path_factory.mktemp("newcomers")
    store, settings = hand_made.full_store(folder), hand_made.settings_for(folder)
    write_newcomers(store)
    make_blend_weights(store, SEASON)
    return Published(store, settings, publish(store, settings, SEASON))


@pytest.fixture(scope="module")
def rows(newcomers: Published) -> pd.DataFrame:
    return load_projections(newcomers.store, SEASON).to_pandas()


@pytest.fixture(scope="module")
def text(newcomers: Published) -> str:
    return write_page(newcomers.store, newcomers.settings, SEASON).read_text(encoding="utf-8")


def card(text: str, player_type: str, player: int) -> list:
    found = [one for one in players(text)["players"] if one[:2] == [player_type, player]]
    assert len(found) == 1
    return found[0]


def test_a_newcomer_is_published_by_the_systems_that_project_him(rows: pd.DataFrame) -> None:
    for player_type, ids in NEWCOMERS.items():
        for player in ids:
            own = rows[(rows["mlbam_id"] == player) & (rows["player_type"] == player_type)]
            assert set(own["system"]) == {"mle", "control_minors", "control_full"}, player
            assert set(own["name"]) == {f"Player <{player}>"}
            assert set(own["identity_source"]) == {"mle"}
            assert set(own["archetype"]) == {3}
            assert set(own["so_rate"]) == {NEWCOMERS_RATE}
            assert set(own["opportunities"]) == {50.0}
            assert own[["so_rate_p10", "so_rate_p90", "opportunities_p10"]].notna().all().all()
    assert not set(rows["system"]) & set(UNPUBLISHED)
    pitcher = rows[(rows["mlbam_id"] == 1071) & (rows["system"] == "mle")].iloc[0]
    assert (pitcher["ip"], pitcher["ip_p90"], pitcher["role"]) == (35 / 3, 140 / 3, "starter")


def test_his_team_is_the_parent_club_of_his_latest_line(rows: pd.DataFrame) -> None:
    teams = rows.groupby("mlbam_id")["team"].agg(lambda found: set(found.dropna()))
    assert teams[71] == {"BOS"}  # not 2020's, and not the season's own
    assert teams[72] == teams[1071] == set()  # nobody published a club
    assert teams[9] == teams[7] == {"ATL"}  # who has played in the majors stays with that club
    told = rows.groupby("mlbam_id")["team_from"].agg(lambda found: set(found.dropna()))
    assert (told[71], told[72], told[9]) == ({"parent_club"}, set(), {"last_line"})


def test_the_card_says_where_the_club_is_from(text: str) -> None:
    assert [card(text, "batter", player)[15] for player in (71, 72, 7)] == ["his parent club", None, "his last club"]


def test_a_roster_of_the_winter_and_old_lines_of_the_majors(newcomers: Published, tmp_path: Path) -> None:
    """A roster's club stands before all others; who was in the majors years ago has the club of his minors since."""
    shutil.copytree(newcomers.store.root, tmp_path / "store")
    store = Store(tmp_path / "store", TABLES)
    rosters = store.contracts["raw.club_rosters"]
    dates = {7: dt.date(2022, 2, 1), 72: dt.date(2022, 2, 1), 8: dt.date(2022, 3, 2)}  # the last is of the season
    names = [{"as_of": date, "mlbam": i, "club": "NYA", "name": "", "source_file": ""} for i, date in dates.items()]
    store.write("raw.club_rosters", {}, hand_made.table(rosters, names))
    old = {"season": 2010, "player_type": "batter", "mlbam_id": 71, "team": "MIL", "opportunities": 9}
    lines = store.contracts["core.season_lines"]
    store.write("core.season_lines", {"season": 2010}, hand_made.table(lines, [old]))
    found = projected_players(store, SEASON).set_index("mlbam_id")[["team", "team_from"]]
    assert found.loc[[7, 8, 71, 72]].to_numpy().tolist() == [
        ["NYA", "roster"],
        ["ATL", "last_line"],
        ["BOS", "parent_club"],
        ["NYA", "roster"],
    ]


def test_the_others_are_published_as_before_and_by_the_new_systems(rows: pd.DataFrame) -> None:
    known = rows[~rows["mlbam_id"].isin([71, 72, 1071])]
    by_system = known.groupby("system").size()
    assert set(by_system) == {2 * hand_made.PLAYERS}
    assert {"mle", "ridge_minors", "control_minors", "control_full", "marcel", "ensemble"} <= set(by_system.index)
    assert dict(known.drop_duplicates("mlbam_id").set_index("mlbam_id")["identity_source"]) | {9: "", 1009: ""} == {
        player: "" if player in BLENDED else "mlb" for player in known["mlbam_id"].unique()
    }


def test_newcomers_are_not_published_where_nothing_teaches_their_playing_time(tmp_path: Path) -> None:
    store, settings = hand_made.full_store(tmp_path), hand_made.settings_for(tmp_path)
    write_newcomers(store)
    make_blend_weights(store, SEASON)
    store.drop("features.newcomer_playing_time", {"player_type": "batter", "season": SEASON})
    publish(store, settings, SEASON)
    ids = load_projections(store, SEASON).column("mlbam_id").to_pylist()
    assert {71, 72, 1071} & set(ids) == {1071}
    assert set(range(1, hand_made.PLAYERS + 1)) <= set(ids)
    hand_made_minors.write_newcomers_time(store, SEASON, {"batter": (71,), "pitcher": (1071,)})
    with pytest.raises(EvaluationError, match=r"newcomer_playing_time of 2022 leaves out 1 newcomers.*'mlbam_id': 72"):
        publish(store, settings, SEASON)


def test_another_parent_club_publishes_again(newcomers: Published, tmp_path: Path) -> None:
    shutil.copytree(newcomers.store.root, tmp_path / "store")
    store, settings = Store(tmp_path / "store", TABLES), hand_made.settings_for(tmp_path)
    publish(store, settings, SEASON)  # a copied table is made once more
    assert publish(store, settings, SEASON).skipped
    write_minor_lines(store, [minor_line(2021, 71, club="CHN")])
    assert not publish(store, settings, SEASON).skipped
    found = load_projections(store, SEASON).to_pandas()
    assert set(found.loc[found["mlbam_id"] == 71, "team"]) == {"CHN"}


def test_sources_are_those_of_newcomers_and_of_short_histories(newcomers: Published, text: str) -> None:
    found = rate_sources(newcomers.store, SEASON)
    assert set(found) == {("batter", 9), ("batter", 71), ("batter", 72), ("pitcher", 1009), ("pitcher", 1071)}
    told = {(one[0], one[1]) for one in players(text)["players"] if one[14] is not None}
    assert told == set(found)
    assert all(len(one) == 16 for one in players(text)["players"])
    assert card(text, "batter", 71)[14] == json.loads(json.dumps(found["batter", 71]))


def test_sources_hold_the_tables_numbers(newcomers: Published, text: str) -> None:
    newcomer = card(text, "batter", 71)[14]
    labels = ["K%", "BB%", "HR%", "H%", "2B%", "3B%"]
    assert newcomer["rates"] == [[name, NEWCOMERS_RATE, 250, NEWCOMERS_RATE, 150, NEWCOMERS_RATE] for name in labels]
    assert [row[0] for row in card(text, "pitcher", 1071)[14]["rates"]] == labels[:4]
    marcel = newcomers.store.delta("features.marcel_rates").to_pandas()
    of_nine = marcel.query("season == 2022 and system == 'marcel' and mlbam_id == 9").set_index("statistic")["rate"]
    strikeouts = card(text, "batter", 9)[14]["rates"][0]
    assert strikeouts == [
        "K%",
        round(of_nine["so_rate"], 5),
        310,
        round(1.02 * of_nine["so_rate"], 5),
        90,
        round(1.02 * of_nine["so_rate"], 5),
    ]


def test_lines_are_the_published_ones_of_three_seasons(text: str) -> None:
    assert card(text, "batter", 71)[14]["lines"] == [
        [2021, "AAA", "BOS", 200, 40, 20, 7, True, 50, 150],
        [2020, "AA", "NYY", 300, 80, 35, None, False, None, None],
    ]
    assert card(text, "batter", 72)[14]["lines"] == []
    assert card(text, "pitcher", 1071)[14]["lines"][0][:4] == [2021, "AAA", "", 400]


def test_a_card_of_whom_the_minors_alone_know(text: str, rows: pd.DataFrame) -> None:
    data, own = players(text), card(text, "batter", 71)
    assert own[2:9] == ["Player <71>", "BOS", 21.5, 3, "minors", 50, None]
    assert own[10] == [0, 200]
    systems = [system["key"] for system in data["systems"]]
    assert systems == ["control_full", "contextual", "ensemble", "marcel"]
    stats = [stat["key"] for stat in data["stats"]["batter"]]
    row = rows[(rows["mlbam_id"] == 71) & (rows["system"] == "control_full")].iloc[0]
    values = [own[9][3 * k : 3 * k + 3] for k in range(len(stats) * len(systems))]
    for k, stat in enumerate(stats):
        mine = dict(zip(systems, values[k * len(systems) : (k + 1) * len(systems)], strict=True))
        assert mine["marcel"] == mine["contextual"] == mine["ensemble"] == NULLS
        shown = [value / data["scale"] for value in mine["control_full"]]
        assert shown == pytest.approx([row[stat], row[f"{stat}_p10"], row[f"{stat}_p90"]], abs=1e-4)
    assert card(text, "batter", 9)[6] == "majors and minors"
    assert card(text, "batter", 7)[6] == "majors"


def test_a_player_of_the_majors_is_described_by_the_best_systems_row(text: str, rows: pd.DataFrame) -> None:
    data = players(text)
    assert len(data["players"]) == 2 * hand_made.PLAYERS + 3
    place = [system["key"] for system in data["systems"]].index("control_full")
    row = rows[(rows["mlbam_id"] == 7) & (rows["system"] == "marcel")].iloc[0]
    so = [stat["key"] for stat in data["stats"]["batter"]].index("so_rate")
    at = 3 * (so * len(data["systems"]) + place)
    assert card(text, "batter", 7)[9][at] == pytest.approx(row["so_rate"] * CONTROL * data["scale"], abs=1)
    assert card(text, "batter", 7)[7] == round(hand_made.playing_time_of(7) + 20)


def test_the_page_is_well_formed_and_its_script_shows_the_sources(text: str) -> None:
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert "Player <71>" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    for told in (
        "Where his numbers come from",
        "His lines in the minors",
        "Minors, translated",
        "Newcomers' mean",
        "if (p[14]) { card.append(sources(p)); }",
    ):
        assert told in text
    assert re.search(r"table\.sources|\.sources\s", text.split("</style>")[0])


def test_a_newcomer_starts_with_what_the_minors_leave_of_both_together() -> None:
    row = {"together": 0.25, "majors_weight": 100.0, "minors_weight": 300.0}
    assert newcomers_mean(row, 0.26) == pytest.approx(0.22)  # (100 x .22 + 300 x .26) / 400 = .25
    assert newcomers_mean(row, None) is None
    assert newcomers_mean(row | {"minors_weight": 0.0}, None) == 0.25
