"""`fbm project`: the best measured system first, and near names where nobody is found."""

import datetime as dt

import pyarrow as pa
import pytest

from fbm_pipeline.backtest.universes import OWN_SYSTEMS
from fbm_pipeline.baseball.systems import BY_MERIT, in_order_of_merit
from fbm_pipeline.cli.main import main
from fbm_pipeline.cli.projecting import TABLE, near_names, plain
from fbm_pipeline.publish.projections import PUBLISHED
from fbm_pipeline.settings import load_settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

NAMES = ["José Peña", "Adam Abbot", "Ada Abbott", "Clay Rowan"]


@pytest.fixture
def projected(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FBM_HOME", str(tmp_path))
    monkeypatch.setenv("FBM_PRESET", "tiny")
    settings = load_settings()
    schema = TABLES[TABLE].schema
    rows = [
        {
            "season": 2025,
            "as_of": dt.date(2025, 3, 1),
            "player_type": "batter",
            "mlbam_id": 1000 + k,
            "name": name,
            "system": system,
            "identity_source": "mlb",
        }
        for k, name in enumerate(NAMES)
        for system in sorted(("marcel", "ensemble", "control_full", "control"))
    ]
    filled = [{field.name: _value(field) for field in schema} | row for row in rows]
    Store(settings.store_root, TABLES).write(TABLE, {"season": 2025}, pa.Table.from_pylist(filled, schema))


def _value(field: pa.Field) -> object:
    return pa.scalar(0, pa.int64()).cast(field.type).as_py() if pa.types.is_floating(field.type) else None


def test_the_published_systems_all_have_a_place() -> None:
    assert set(BY_MERIT) == set(PUBLISHED)
    assert set(BY_MERIT) <= set(OWN_SYSTEMS)
    assert in_order_of_merit({"steamer", "marcel", "control_full"}) == ["control_full", "marcel", "steamer"]


def test_the_best_system_comes_first(projected, capsys) -> None:
    assert main(["project", "pena"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[3] for line in lines] == ["control_full", "control", "ensemble", "marcel"]


@pytest.mark.parametrize("text", ["PEÑA", "jose", "1000"])
def test_case_and_accents_do_not_matter_and_an_id_will_do(projected, capsys, text: str) -> None:
    assert main(["project", text]) == 0
    assert "José Peña" in capsys.readouterr().out


def test_a_name_that_is_not_found_suggests_near_ones_in_one_line(projected, capsys) -> None:
    assert main(["project", "abott"]) == 2
    said = capsys.readouterr()
    assert said.err == "fbm project: no projection of 2025 for 'abott': did you mean Ada Abbott, Adam Abbot?\n"
    assert said.out == ""
    assert main(["project", "Xyzzy"]) == 2
    assert "no name is like it" in capsys.readouterr().err


def test_near_names_are_at_most_five_and_compare_whole_names_too() -> None:
    assert near_names("clai rowen", NAMES) == ["Clay Rowan"]
    assert len(near_names("smith", [f"{letter} Smyth" for letter in "ABCDEFGH"])) == 5
    assert plain(" José PEÑA") == "jose pena"
