"""Unknown words: what a source never tells is allowed, a word that nobody knows is told with its field and share."""

from pathlib import Path

import pyarrow as pa
import pytest

from fbm_pipeline.audits.words import ALLOWED, allowed, audit_words
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import write_outings


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store", TABLES)
    write_outings(made, 2022, physics=True)
    return made


def replace_column(store: Store, name: str, column: str, word: str) -> None:
    with session(store) as connection:
        table = connection.execute(f"select * from {name} where season = 2022").to_arrow_table()
    schema = store.contracts[name].schema
    words = pa.array([word] * table.num_rows, pa.string())
    table = table.select(schema.names).cast(schema)
    store.write(name, {"season": 2022, "month": 5}, table.set_column(schema.get_field_index(column), column, words))


def test_known_words_pass(store: Store) -> None:
    result = audit_words(store, 2022)
    assert result.passed, result.summary
    assert result.details["shares"]["fielder"] > ALLOWED  # Statcast names nobody


@pytest.mark.parametrize(
    ("table", "column", "field"),
    [
        ("core.pitches", "pitch_type", "pitch_type"),
        ("core.pitches", "result", "result"),
        ("core.plate_appearances", "park_id", "park"),
    ],
)
def test_a_word_that_nobody_knows_is_told(store: Store, table: str, column: str, field: str) -> None:
    replace_column(store, table, column, "zz")
    result = audit_words(store, 2022)
    assert not result.passed
    assert f"{field} 100.00%" in result.summary


def test_what_is_allowed_depends_on_the_source_and_the_year() -> None:
    assert allowed(["retrosheet"], 2010) == {"pitch_type": 1.0, "fielder": 0.10, "bases": 0.02}
    assert "hit_type" in allowed(["retrosheet"], 2001)
    assert allowed(["statcast"], 2024)["pitch_type"] == 0.02
