"""The page: self-contained, escaped, honest about its data, with every player's card inside."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.baseball.systems import in_order_of_merit
from fbm_pipeline.publish.adjustments import largest_adjustments
from fbm_pipeline.publish.formats import SYSTEM_LABELS, show, show_change
from fbm_pipeline.publish.leaders import BOARDS, leader_boards
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.publish.page import write_page
from fbm_pipeline.publish.projections import load_projections
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_blend_weights, publish
from fbm_pipeline_tests.publish.conftest import Published

VOID = {"meta", "input", "br", "link", "line", "col"}


class Outline(HTMLParser):
    """Open elements, so that an unclosed one shows; ids and links; the text of each script."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if tag == "a" else []
        self.sources += [value or "" for name, value in attrs if name == "src" or (tag == "link" and name == "href")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.fixture(scope="module")
def text(published: Published) -> str:
    return write_page(published.store, published.settings, 2022).read_text(encoding="utf-8")


def players(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="players">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_page_is_well_formed_and_needs_nothing_else(text: str) -> None:
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert outline.sources == []
    assert "http" not in re.sub(r"www\.retrosheet\.org", "", text)
    assert "@import" not in text
    assert len(outline.ids) == len(set(outline.ids))
    anchors = {link[1:] for link in outline.links}
    cards = {f"{player[0]}-{player[1]}" for player in players(text)["players"]}
    assert anchors <= cards | set(outline.ids)


def test_page_says_that_its_data_are_simulated(text: str) -> None:
    assert "SIMULATED LEAGUE" in text
    assert "REAL DATA" not in text
    assert RETROSHEET in text


def test_page_of_real_data_says_so(tmp_path: Path) -> None:
    store, settings = hand_made.full_store(tmp_path), hand_made.settings_for(tmp_path, simulated=False)
    make_blend_weights(store, 2022)
    publish(store, settings, 2022)
    text = write_page(store, settings, 2022).read_text(encoding="utf-8")
    assert "REAL DATA" in text
    assert "SIMULATED" not in text
    assert "No backtest has been scored" in text


def test_names_are_escaped(text: str) -> None:
    assert "Player <7>" not in text
    assert "Player &lt;" in text
    assert {player[2] for player in players(text)["players"]} >= {"Player <7>"}


def test_cards_hold_the_published_numbers(text: str, published: Published) -> None:
    data = players(text)
    rows = load_projections(published.store, 2022).to_pandas()
    assert len(data["players"]) == 2 * hand_made.PLAYERS
    row = rows.query("player_type == 'pitcher' and mlbam_id == 1007 and system == 'contextual'").iloc[0]
    card = next(player for player in data["players"] if player[:2] == ["pitcher", 1007])
    keys = [stat["key"] for stat in data["stats"]["pitcher"]]
    systems = [system["key"] for system in data["systems"]]
    assert systems == in_order_of_merit(systems)
    position = (keys.index("whip") * len(systems) + systems.index("contextual")) * 3
    shown = [value / data["scale"] for value in card[9][position : position + 3]]
    assert shown == pytest.approx([row["whip"], row["whip_p10"], row["whip_p90"]], abs=1e-4)
    assert card[4] == 27.5
    # Marcel's playing time has neither ends nor roles, and the minors tell nothing of him
    assert card[10:15] == [[None, None], [None, None], None, None, None]
    assert card[15:] == ["his last club"]


def test_cards_tell_the_role_and_its_chance_of_change(tmp_path: Path) -> None:
    store, settings = hand_made.full_store(tmp_path), hand_made.settings_for(tmp_path)
    hand_made.write_playing_time(store, 2022)
    make_blend_weights(store, 2022)
    publish(store, settings, 2022)
    text = write_page(store, settings, 2022).read_text(encoding="utf-8")
    cards = {tuple(player[:2]): player for player in players(text)["players"]}
    faced = hand_made.playing_time_of(1007)
    assert cards["pitcher", 1007][10:15] == [
        [round(faced - 30), round(faced + 100)],
        [round(0.7 * (faced - 30) / 3), round(0.7 * (faced + 100) / 3)],
        "starter",
        0.2,
        None,
    ]
    assert cards["batter", 7][10][0] is not None
    assert cards["batter", 7][11:15] == [[None, None], None, None, None]
    assert "Chance that his role changes" in text


def test_same_store_same_bytes(text: str, published: Published) -> None:
    assert write_page(published.store, published.settings, 2022).read_text(encoding="utf-8") == text


def test_largest_adjustments_are_the_largest() -> None:
    rows = pd.DataFrame(
        [
            {
                "player_type": "pitcher",
                "mlbam_id": i,
                "name": f"P{i}",
                "team": "ATL",
                "system": system,
                "opportunities": 500.0,
                "era": 3.0 + i / 10 + (1.5 if system == "contextual" and i == 4 else 0.0),
                "so_rate": 0.2 + i / 100,
                "bb_rate": 0.08,
                "hr_rate": 0.03,
            }
            for i in range(6)
            for system in ("marcel", "contextual", "ensemble")
        ]
    )
    found = largest_adjustments(rows, "pitcher")
    assert found.iloc[0]["mlbam_id"] == 4
    assert found.iloc[0]["stat"] == "era"
    assert found.iloc[0]["change"] == pytest.approx(1.5)
    assert found["mlbam_id"].is_unique


@pytest.mark.parametrize(("systems", "best"), [(("marcel", "control_full", "ensemble"), "A"), (("marcel",), "B")])
def test_leader_boards_stand_on_the_best_system_there_is(systems: tuple[str, ...], best: str) -> None:
    """A leads by control_full, B by all others."""
    stats = {stat: 0.2 for board in BOARDS.values() for stat in board}
    rows = [
        {
            "player_type": "batter",
            "mlbam_id": player,
            "name": name,
            "team": "ATL",
            "system": system,
            "opportunities": 500.0,
            **stats,
            "obp": 0.4 if (system == "control_full") == (name == "A") else 0.3,
        }
        for system in systems
        for player, name in enumerate("AB")
    ]
    table = pd.DataFrame(rows)
    ends = {f"{stat}{end}": table[stat] for stat in stats for end in ("_p10", "_p90")}
    boards = leader_boards(table.assign(**ends))
    assert SYSTEM_LABELS[in_order_of_merit(systems)[0]] in boards
    assert re.search(r'"rank">1</td><th scope="row"><a href="#batter-\d">(\w)</a>', boards)[1] == best  # type: ignore[index]


def test_an_unpublished_season_is_an_error(published: Published) -> None:
    with pytest.raises(EvaluationError, match=r"materialize publish.projections for 2030"):
        write_page(published.store, published.settings, 2030)


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [(0.3311, "points", ".331"), (1.02, "points", "1.020"), (0.2239, "percent", "22.4%"), (3.868, "runs", "3.87")],
)
def test_numbers_as_baseball_prints_them(value: float, style: str, text: str) -> None:
    assert show(value, style) == text


def test_changes_carry_their_sign() -> None:
    assert show_change(-0.021, "percent") == "−2.1 pts"
    assert show_change(0.021, "points") == "+.021"
