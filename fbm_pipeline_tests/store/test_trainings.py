"""What is trained is declared like a table: what it is shown, its key, what is made with its weights."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from fbm_pipeline.store.columns import CUTOFF, SEASON, Column
from fbm_pipeline.store.declarations import Table, Trained, Training
from fbm_pipeline.store.inputs import Inputs, WindowError
from fbm_pipeline.store.making import MissingInputError, make, training_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import same_season, seasons_up_to, whole

HERE = "fbm_pipeline_tests.store.test_trainings"
VALUE = Column("value", "f64", "runs", "a number")
GAMES = Table("core.numbers", "one row per season", (SEASON, VALUE), ("season",), ("season",))
MODEL = Training(
    "models.mean",
    "a mean",
    reads={"core.numbers": seasons_up_to(since="first_season")},
    settings=("first_season",),
    code=("fbm_pipeline.store.making:make",),
    current=f"{HERE}:current",
)
MADE = Table(
    "models.made",
    "one row per cutoff and season",
    (CUTOFF, SEASON, VALUE),
    ("cutoff", "season"),
    ("cutoff", "season"),
    reads={"core.numbers": same_season()},
    build=f"{HERE}:made",
    trained=(MODEL,),
)
SUMMARY = Table(
    "models.summary",
    "one row per cutoff",
    (CUTOFF, VALUE),
    ("cutoff",),
    ("cutoff",),
    reads={"models.made": whole()},
    build=f"{HERE}:summed",
)


def current(store: Store, settings: SimpleNamespace, partition: dict[str, int]) -> Trained:
    return Trained(f"{settings.weights} {partition['cutoff']}", settings.weights)


def made(inputs: Inputs, cutoff: int, season: int) -> pa.Table:
    (value,) = inputs.delta("core.numbers").to_pyarrow_table().column("value").to_pylist()
    value += inputs.trained("models.mean").checkpoint
    return pa.table({"cutoff": [cutoff], "season": [season], "value": [value]}, MADE.schema)


def summed(inputs: Inputs, cutoff: int) -> pa.Table:
    rows = inputs.delta("models.made").to_pyarrow_table()
    return pa.table({"cutoff": [cutoff], "value": [sum(rows.column("value").to_pylist())]}, SUMMARY.schema)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store", {table.name: table for table in (GAMES, MADE, SUMMARY)})
    for season in range(2010, 2015):
        write(store, season, float(season))
    return store


def write(store: Store, season: int, value: float) -> None:
    store.write("core.numbers", {"season": season}, pa.table({"season": [season], "value": [value]}, GAMES.schema))


def learning(store: Store, cutoff: int = 2012, first_season: int = 2011) -> Inputs:
    return Inputs(store, MODEL, {"cutoff": cutoff}, SimpleNamespace(first_season=first_season))


def test_a_training_sees_its_first_season_to_its_cutoff(store: Store) -> None:
    rows = learning(store).delta("core.numbers").to_pyarrow_table()
    assert sorted(rows.column("season").to_pylist()) == [2011, 2012]
    with pytest.raises(WindowError, match=r"'season': 2013.*up to, since first_season"):
        learning(store).content("core.numbers", {"season": 2013})


def test_the_key_of_a_training_is_that_of_what_it_sees(store: Store) -> None:
    before = training_key(learning(store))
    write(store, 2013, 1.0)
    write(store, 2010, 1.0)
    assert training_key(learning(store)) == before
    assert training_key(learning(store, first_season=2010)) != before
    assert training_key(learning(store, cutoff=2011)) != before
    write(store, 2012, 1.0)
    assert training_key(learning(store)) != before


def test_what_is_made_with_weights_is_made_again_with_others(store: Store) -> None:
    def build(weights: float) -> bool:
        return make(store, MADE, {"cutoff": 2012, "season": 2013}, SimpleNamespace(weights=weights)).skipped

    assert [build(1.0), build(1.0), build(2.0)] == [False, True, False]
    assert store.delta("models.made").to_pyarrow_table().column("value").to_pylist() == [2015.0]


def test_a_training_that_is_not_declared_is_refused(store: Store) -> None:
    undeclared = dataclasses.replace(MADE, trained=())
    with pytest.raises(WindowError, match=r"takes models.mean, which it does not declare; it declares none"):
        make(store, undeclared, {"cutoff": 2012, "season": 2013}, None)


def test_what_was_made_with_one_cutoff_is_not_shown_to_another(store: Store) -> None:
    with pytest.raises(MissingInputError, match=r"models\.made"):
        make(store, SUMMARY, {"cutoff": 2012}, None)
    for cutoff, season in ((2011, 2013), (2012, 2013), (2012, 2014)):
        make(store, MADE, {"cutoff": cutoff, "season": season}, SimpleNamespace(weights=0.0))
    make(store, SUMMARY, {"cutoff": 2012}, None)
    assert store.delta("models.summary").to_pyarrow_table().column("value").to_pylist() == [2013.0 + 2014.0]


def test_a_part_of_a_partition_sees_its_part(store: Store) -> None:
    whole_cutoff = Inputs(store, MADE, {"cutoff": 2012})
    assert len(whole_cutoff.narrowed(season=2013).contents()["core.numbers"]) == 1
    assert whole_cutoff.partition == {"cutoff": 2012}


def test_a_read_can_be_of_one_value_only(store: Store) -> None:
    one = dataclasses.replace(SUMMARY, reads={"core.numbers": whole(only=(("season", 2014),))})
    assert Inputs(store, one, {"cutoff": 2012}).partitions("core.numbers") == [{"season": 2014}]
