"""Statcast files as people have them: the same rows from every format, and one clear error for every bad one."""

import gzip
import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.statcast import REQUIRED, read_statcast
from fbm_pipeline.store.declarations import violations
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.sources.tiny_files import csv_text, pitches, write_csv

CONTRACT = TABLES["raw.statcast_pitches"]
SCHEMA = CONTRACT.schema
NAME = "statcast_2024-04-02"


def test_plain_gzip_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    plain = read_statcast(write_csv(tmp_path / f"{NAME}.csv", pitches()), SCHEMA)
    packed = read_statcast(write_csv(tmp_path / f"{NAME}.csv.gz", pitches()), SCHEMA)
    columns = plain.drop_columns(["season", "source_file"])
    pq.write_table(columns, tmp_path / f"{NAME}.parquet")
    parquet = read_statcast(tmp_path / f"{NAME}.parquet", SCHEMA)
    assert violations(plain, CONTRACT) == []
    for other in (packed, parquet):
        assert other.drop_columns(["source_file"]).equals(plain.drop_columns(["source_file"]))
    assert plain.column("source_file").unique().to_pylist() == [f"{NAME}.csv"]
    assert plain.column("season").unique().to_pylist() == [2024]


@pytest.mark.parametrize("nothing", ["", "NA", "null"])
def test_nothing_is_null_in_text_and_numbers(tmp_path: Path, nothing: str) -> None:
    rows = pitches(events=nothing, launch_speed=nothing, on_1b=nothing)
    table = read_statcast(write_csv(tmp_path / f"{NAME}.csv", rows), SCHEMA)
    for column in ("events", "launch_speed", "on_1b", "bat_speed"):
        assert table.column(column).null_count == 3


def test_ids_written_as_fractions_are_whole(tmp_path: Path) -> None:
    table = read_statcast(write_csv(tmp_path / f"{NAME}.csv", pitches(on_1b="666310.0")), SCHEMA)
    assert table.column("on_1b").to_pylist() == [666310] * 3


def test_a_repeated_header_name_takes_its_first_column(tmp_path: Path) -> None:
    text = csv_text(pitches(again=1)).replace(",again\n", ",pitcher\n")
    (tmp_path / f"{NAME}.csv").write_text(text, encoding="utf-8")
    assert read_statcast(tmp_path / f"{NAME}.csv", SCHEMA).column("pitcher").to_pylist() == [622491] * 3


def test_unknown_columns_are_named_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = pitches(seam_shift=1, effective_speed=94.1)
    with caplog.at_level(logging.WARNING, logger="fbm_pipeline.sources"):
        for name in (NAME, "statcast_2024-04-03"):
            read_statcast(write_csv(tmp_path / f"{name}.csv", rows), SCHEMA)
    named = [record.getMessage() for record in caplog.records if "seam_shift" in record.getMessage()]
    assert len(named) == 1
    assert "effective_speed" not in named[0]


def test_all_missing_columns_are_listed(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k not in ("batter", "events")} for row in pitches()]
    with pytest.raises(SourceError, match="batter, events"):
        read_statcast(write_csv(tmp_path / f"{NAME}.csv", rows), SCHEMA)


TWO_SEASONS = pitches() + pitches(day="2023-04-02", game=1)
BAD_ROWS = {
    "batter id": ([*pitches(count=2), *pitches(count=3, batter="Rocchio")[2:]], "whole number", 3, "batter"),
    "batter absent": ([*pitches(count=2), *pitches(count=3, batter="")[2:]], "must be filled", 3, "batter"),
    "repeated pitch": (pitches() + pitches(count=1), "occur more than once", 4, None),
    "winter": (pitches(day="2024-01-15"), "outside its season", 1, "game_date"),
    "two seasons": (TWO_SEASONS, "several seasons", 4, "game_date"),
    "other season": (pitches(day="2023-04-02"), "season in the file's name", 1, "game_date"),
    "no date": (pitches(day="April 2"), "does not fit", 1, "game_date"),
    "half an out": (pitches(outs_when_up="0.5"), "does not fit", 1, "outs_when_up"),
    "too large": (pitches(inning="300"), "does not fit", 1, "inning"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_named(tmp_path: Path, case: str) -> None:
    rows, problem, row, column = BAD_ROWS[case]
    with pytest.raises(SourceError, match=problem) as raised:
        read_statcast(write_csv(tmp_path / f"{NAME}.csv", rows), SCHEMA)
    assert (raised.value.row, raised.value.column) == (row, column)
    assert str(tmp_path / f"{NAME}.csv") in str(raised.value)
    assert "Next step:" in str(raised.value)


GOOD = csv_text(pitches())
BAD_BYTES = {
    "empty": (b"", "empty"),
    "blank": (b"\n\n", "first line is blank"),
    "header only": (GOOD.splitlines()[0].encode(), "header and no rows"),
    "web page": (b"\n<!DOCTYPE html><html><body>Error</body></html>", "web page"),
    "cut row": (GOOD.encode()[:-20], "number of columns"),
    "latin": (GOOD.replace("Castillo", "Pe\u00f1a").encode("latin-1"), "not UTF-8"),
    "error table": (b"error\nQuery Timeout\n", "required columns are missing"),
}


@pytest.mark.parametrize("case", BAD_BYTES)
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_bad_file_is_one_clear_error(tmp_path: Path, case: str, suffix: str) -> None:
    body, problem = BAD_BYTES[case]
    path = tmp_path / f"{NAME}{suffix}"
    path.write_bytes(gzip.compress(body) if suffix == ".csv.gz" and body else body)
    with pytest.raises(SourceError, match=problem):
        read_statcast(path, SCHEMA)


def test_a_cut_row_and_a_bad_byte_have_their_row(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.csv"
    path.write_bytes(BAD_BYTES["cut row"][0])
    with pytest.raises(SourceError) as raised:
        read_statcast(path, SCHEMA)
    assert raised.value.row == 3
    path.write_bytes(BAD_BYTES["latin"][0])
    with pytest.raises(SourceError) as raised:
        read_statcast(path, SCHEMA)
    assert raised.value.row == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.0, 0.999), parquet=st.booleans())
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, share: float, parquet: bool) -> None:
    whole = write_csv(tmp_path / f"{NAME}.csv.gz", pitches(count=40))
    if parquet:
        table = read_statcast(whole, SCHEMA)
        whole = tmp_path / f"{NAME}.parquet"
        pq.write_table(table, whole)
    content = whole.read_bytes()
    cut = tmp_path / f"statcast_2024-cut{''.join(whole.suffixes)}"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError):
        read_statcast(cut, SCHEMA)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(list(pitches()[0])), more=st.integers(0, 30))
def test_columns_are_taken_by_name_whatever_their_order_and_number(tmp_path: Path, order: list, more: int) -> None:
    extra = {f"new_{n}": n for n in range(more)}
    shuffled = [{**extra, **{name: row[name] for name in order}} for row in pitches()]
    expected = read_statcast(write_csv(tmp_path / f"{NAME}.csv", pitches()), SCHEMA)
    assert read_statcast(write_csv(tmp_path / f"{NAME}.csv", shuffled), SCHEMA).equals(expected)


def test_required_columns_are_in_the_contract() -> None:
    assert set(REQUIRED) <= set(SCHEMA.names)


@pytest.mark.real
def test_a_real_day_as_csv_is_the_same_day_as_parquet(real_data: Path) -> None:
    day = read_statcast(real_data / "statcast" / "csv_days" / "statcast_2024-07-04.csv.gz", SCHEMA)
    month = read_statcast(real_data / "statcast" / "statcast_2024-07.parquet", SCHEMA)
    same = month.filter(pa.compute.is_in(month.column("game_pk"), value_set=day.column("game_pk").unique()))
    keys = [(name, "ascending") for name in CONTRACT.key]
    columns = [
        "game_pk",
        "at_bat_number",
        "pitch_number",
        "batter",
        "pitcher",
        "description",
        "events",
        "release_speed",
    ]
    assert day.num_rows > 4000
    assert day.sort_by(keys).select(columns).equals(same.sort_by(keys).select(columns))
