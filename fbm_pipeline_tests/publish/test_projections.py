"""publish.projections and its exports: complete, ordered intervals, same numbers in every file."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.projected import projected_rates
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.publish.exports import export_paths
from fbm_pipeline.publish.formats import FORMATS
from fbm_pipeline.publish.projections import load_projections
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_blend_weights, make_error_spread, publish
from fbm_pipeline_tests.publish.conftest import Published


@pytest.fixture(scope="module")
def rows(published: Published) -> pd.DataFrame:
    return load_projections(published.store, 2022).to_pandas()


def test_every_player_has_every_system(rows: pd.DataFrame) -> None:
    assert len(rows) == 2 * hand_made.PLAYERS * 4
    assert set(rows["system"]) == {"marcel_classic", "marcel", "contextual", "ensemble"}
    assert set(rows["as_of"].astype(str)) == {"2022-03-01"}
    assert set(rows["team"]) == {"ATL"}
    assert rows["archetype"].notna().all()


def test_rates_are_the_predicted_ones(rows: pd.DataFrame, published: Published) -> None:
    rates = projected_rates(published.store, 2022)
    chosen = rates.query("player_type == 'pitcher' and mlbam_id == 1005 and system == 'ensemble'")
    row = rows.query("player_type == 'pitcher' and mlbam_id == 1005 and system == 'ensemble'").iloc[0]
    for _, rate in chosen.iterrows():
        if rate["statistic"] != "er_rate":
            assert row[rate["statistic"]] == rate["rate"], rate["statistic"]


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_intervals_are_ordered_around_the_rate(rows: pd.DataFrame, player_type: str) -> None:
    own = rows[rows["player_type"] == player_type]
    for stat in FORMATS[player_type]:
        low, middle, high = (own[f"{stat}_{label}"] for label in ("p10", "p50", "p90"))
        assert low.notna().all(), stat
        assert ((low <= middle) & (middle <= high)).all(), stat
        assert ((low <= own[stat]) & (own[stat] <= high)).mean() > 0.99, stat
    other = "era" if player_type == "batter" else "obp"
    assert own[other].isna().all()


def test_innings_follow_from_playing_time(rows: pd.DataFrame) -> None:
    pitchers = rows[rows["player_type"] == "pitcher"]
    share = pitchers["ip"] / pitchers["opportunities"]
    assert share.between(0.1, 1 / 3).all()
    assert rows[rows["player_type"] == "batter"]["ip"].isna().all()


def test_playing_time_is_marcels_where_no_other_was_made(rows: pd.DataFrame) -> None:
    assert rows.groupby(["player_type", "mlbam_id"])["opportunities"].nunique().max() == 1


def test_controls_are_published_with_the_playing_time_model(tmp_path: Path) -> None:
    store, settings = hand_made.evaluated_store(tmp_path)
    hand_made.write_playing_time(store, 2022)
    for player_type in PLAYER_TYPES:
        marcel = store.delta("features.marcel_rates").to_pandas()
        own = marcel.query("season == 2022 and player_type == @player_type and system == 'marcel'")
        control = own.assign(system="control", rate=own["rate"] * 1.1, trained_from=2015, trained_until=2021, n=9)
        schema = store.contracts["features.control_rates"].schema
        content = pa.Table.from_pandas(control[schema.names], schema, preserve_index=False)
        store.write("features.control_rates", {"player_type": player_type, "season": 2022}, content)
    make_error_spread(store, settings, 2022)
    make_blend_weights(store, 2022)
    publish(store, settings, 2022)

    found = (
        load_projections(store, 2022).to_pandas().query("player_type == 'pitcher'").set_index(["system", "mlbam_id"])
    )
    control, marcel = found.loc["control"], found.loc["marcel"]
    assert (control["so_rate"] / marcel["so_rate"]).to_numpy() == pytest.approx(1.1)
    assert (control["opportunities"] - marcel["opportunities"]).unique() == pytest.approx([20.0])
    assert found.loc["contextual", "opportunities"].equals(control["opportunities"])
    assert control[["era_p10", "era_p90"]].notna().all().all()
    assert (control["opportunities_p90"] - control["opportunities_p10"]).unique() == pytest.approx([130.0])
    assert (control["ip"] / control["opportunities"]).to_numpy() == pytest.approx(0.7 / 3)
    assert (control["ip_p10"] / control["opportunities_p10"]).to_numpy() == pytest.approx(0.7 / 3)
    assert (control["ip_p10"] < control["ip"]).all()
    assert (control["ip"] < control["ip_p90"]).all()
    assert set(control["role"]) == {"starter"}
    assert set(control["starter_chance"] + control["role_change"]) == {1.0}
    assert marcel["ip"].notna().all()
    assert marcel[["role", "starter_chance", "role_change", "ip_p10", "ip_p90", "opportunities_p10"]].isna().all().all()
    batters = load_projections(store, 2022).to_pandas().query("player_type == 'batter'")
    assert batters[["ip", "ip_p10", "role", "role_change"]].isna().all().all()
    assert batters.query("system == 'control'")["opportunities_p10"].notna().all()


def test_exports_hold_the_table_and_its_provenance(rows: pd.DataFrame, published: Published) -> None:
    paths = export_paths(published.settings, 2022)
    pd.testing.assert_frame_equal(parquet.read_table(paths["parquet"]).to_pandas(), rows, check_dtype=False)
    csv = pd.read_csv(paths["csv"])
    assert list(csv.columns) == list(rows.columns)
    assert csv["so_rate"].tolist() == rows["so_rate"].tolist()
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    stamp = parquet.read_schema(paths["parquet"]).metadata
    assert record["content_hash"] == published.written.content_hash
    assert stamp[b"fbm.content_hash"].decode() == published.written.content_hash
    assert record["data"] == "simulated"
    assert record["rows"] == len(rows)


def test_again_writes_nothing_and_mends_a_damaged_export(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    settings = hand_made.settings_for(tmp_path)
    make_blend_weights(store, 2022)
    publish(store, settings, 2022)
    csv = export_paths(settings, 2022)["csv"]
    before = csv.stat().st_mtime_ns
    assert publish(store, settings, 2022).skipped
    assert csv.stat().st_mtime_ns == before
    whole = csv.read_bytes()
    csv.write_bytes(whole[:1000])
    assert publish(store, settings, 2022).skipped
    assert csv.read_bytes() == whole
    assert sorted(path.name for path in settings.exports.iterdir()) == sorted(
        path.name for path in export_paths(settings, 2022).values()
    )


def test_a_player_without_a_profile_is_an_error(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    make_blend_weights(store, 2022)
    name, partition = "features.stat_profiles", {"player_type": "batter", "season": 2022}
    store.write(name, partition, hand_made.table(store.contracts[name], []))
    with pytest.raises(EvaluationError, match=r"60 of 120 players projected for 2022 lack"):
        publish(store, hand_made.settings_for(tmp_path), 2022)


def test_a_season_without_marcel_is_an_error(published: Published) -> None:
    with pytest.raises(EvaluationError, match=r"materialize features.marcel_rates for 2026"):
        publish(published.store, published.settings, 2026)
