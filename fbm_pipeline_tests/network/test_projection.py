"""A fold from stored tables to stored projections: never ahead of its time, done once, Marcel where it says so."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.level1.encoder import EncoderError
from fbm_pipeline.network import fold_training, projection
from fbm_pipeline.network.fold_training import (
    FoldCard,
    UntrainedFoldError,
    fold_folder,
    network_inputs,
    run_fold,
    training_rows,
)
from fbm_pipeline.network.folds import Fold, plan_fold
from fbm_pipeline.network.projection import all_statistics
from fbm_pipeline.network.tables import NETWORK as TRAINING
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.presets.network import Network
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.settings import Settings
from fbm_pipeline.store import code
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.making import training_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.level1.small_store import (
    BATTERS,
    NETWORK,
    WIDTH,
    copy_of,
    save_encoder,
    settings_with_encoder,
    write_season,
)
from fbm_pipeline_tests.making import predict_fold
from fbm_pipeline_tests.network.planted import planted_windows

PRESET = replace(
    PRESETS["large"], tune_until=2017, archetypes=3, threads=1, network=NETWORK, encoders=(EncoderPlan(2017, 2015),)
)


def train_fold(store: Store, settings: Settings, player_type: str, season: int) -> FoldCard:
    """The fold's own network, as its asset trains it."""
    folder = fold_folder(settings, player_type, season)
    return run_fold(store, settings, settings.preset.network, player_type, season, folder, NullObserver())


def key_of(
    store: Store, settings: Settings, player_type: str = "batter", season: int = 2021, network: Network = NETWORK
) -> str:
    return training_key(network_inputs(store, settings, network, player_type, season))


@pytest.fixture(scope="module")
def done(small: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Settings]:
    """A store with the trained and predicted batter fold 2021; not to be written to."""
    root = tmp_path_factory.mktemp("fold")
    store, settings = copy_of(small, root / "store"), settings_with_encoder(root, PRESET)
    train_fold(store, settings, "batter", 2021)
    predict_fold(store, settings, "batter", 2021)
    return store, settings


def predictions(store: Store, what: str = "*", condition: str = "true") -> list[tuple]:
    with session(store) as connection:
        return connection.execute(f"select {what} from models.predictions where {condition} order by all").fetchall()


def test_a_fold_is_stopped_on_the_latest_season_before_and_trained_before_that(small: Store) -> None:
    fold = plan_fold(small, "batter", 2021, PRESET)
    assert (fold.validation_season, fold.train_seasons) == (2019, (2016, 2017, 2018))
    assert plan_fold(small, "batter", 2019, PRESET).train_seasons == (2016, 2017)
    later = plan_fold(small, "batter", 2021, replace(PRESET, network=NETWORK.changed(train_from=2018)))
    assert later.train_seasons == (2018,)


def test_the_short_season_is_neither_trained_on_nor_stopped_on(monkeypatch: pytest.MonkeyPatch, small: Store) -> None:
    seasons = [{"player_type": "batter", "season": season} for season in range(2016, 2023)]
    monkeypatch.setattr(small, "partitions", lambda name: seasons)
    assert plan_fold(small, "batter", 2021, PRESET).validation_season == 2019
    assert plan_fold(small, "batter", 2022, PRESET).train_seasons == (2016, 2017, 2018, 2019)


def test_too_few_seasons_are_named(small: Store) -> None:
    with pytest.raises(ValueError, match="2016, 2017, 2018, 2019"):
        plan_fold(small, "batter", 2017, PRESET)


def test_predictions_cover_everyone_in_every_system_and_statistic(done: tuple[Store, Settings]) -> None:
    store, _ = done
    names = [statistic.name for statistic in statistics("batter")]
    for split, season in (("validation", 2019), ("test", 2021)):
        rows = predictions(store, "mlbam_id, system, statistic", f"split = '{split}' and season = {season}")
        systems = ("contextual", "marcel", "marcel_classic")
        assert rows == sorted((p, s, n) for p in BATTERS for s in systems for n in names)
    assert len(predictions(store)) == 2 * len(BATTERS) * 3 * len(names)
    assert predictions(store, "count(*)", "not isfinite(rate)") == [(0,)]


def test_marcels_rows_are_marcels_rates_to_the_last_bit(done: tuple[Store, Settings]) -> None:
    store, _ = done
    with session(store) as connection:
        differing = connection.execute(
            "select count(*), count(*) filter (where p.rate = m.rate) from models.predictions p "
            "join features.marcel_rates m using (season, player_type, mlbam_id, system, statistic)"
        ).fetchone()
    assert differing == (2 * len(BATTERS) * 2 * 11,) * 2


def test_concentrations_stand_beside_heads_only(done: tuple[Store, Settings]) -> None:
    store, _ = done
    heads = sorted(statistic.name for statistic in head_statistics("batter"))
    assert [row[0] for row in predictions(store, "distinct statistic", "concentration is not null")] == heads
    assert predictions(store, "distinct concentration", "system = 'marcel' and statistic = 'obp'") == [(300.0,)]
    assert predictions(store, "count(*)", "concentration <= 0") == [(0,)]


def test_a_trained_fold_differs_from_marcel(done: tuple[Store, Settings]) -> None:
    store, settings = done
    card = load_checkpoint(settings.checkpoints / "batter" / "2021" / "finished")
    assert card is not None
    contextual, marcel = (
        predictions(store, "season, mlbam_id, statistic, rate", f"system = '{name}'")
        for name in ("contextual", "marcel")
    )
    assert (contextual == marcel) == (card.card["best_epoch"] == 0)


def test_a_second_run_trains_and_writes_nothing(done: tuple[Store, Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    store, settings = done
    monkeypatch.setattr(fold_training, "load_windows", None)  # reading anything would fail
    assert train_fold(store, settings, "batter", 2021).skipped
    assert predict_fold(store, settings, "batter", 2021).skipped


def test_another_season_machine_or_network_is_another_training(small: Store, tmp_path: Path) -> None:
    settings = settings_with_encoder(tmp_path, PRESET)
    variants = [
        settings,
        replace(settings, device="cuda"),
        replace(settings, preset=replace(PRESET, threads=2)),
        replace(settings, preset=replace(PRESET, archetypes=4)),
    ]
    save_encoder(variants[2])  # threads are part of an encoder's size
    keys = {key_of(small, variants[2])}
    save_encoder(settings)
    keys |= {key_of(small, variant) for variant in (variants[0], variants[1], variants[3])}
    keys.add(key_of(small, settings, network=NETWORK.changed(width=16)))
    keys.add(key_of(small, settings, season=2019))
    assert len(keys) == len(variants) + 2


def test_the_key_holds_the_code_that_decides_what_is_trained_on(small: Store, tmp_path: Path) -> None:
    """At 1051995 the list of modules lacked training/projection: its rows and scales could change unseen."""
    behind = {str(symbol) for symbol in code.closure(*TRAINING.functions)}
    assert {
        "fbm_pipeline.network.fold_training:training_rows",
        "fbm_pipeline.identity.encoding:Standardizer",
        "fbm_pipeline.network.windows:load_windows",
        "fbm_pipeline.network.training:train",
        "fbm_pipeline.network.heads:RateHeads",
        "fbm_pipeline.network.judging:judge",
        "fbm_pipeline.network.minors:of_the_majors",
        "sql:network/next_season",
        "sql:network/player_games",
    } <= behind
    # A field's default stands in the key by its value where it matters: a new option makes nothing again.
    assert "fbm_pipeline.presets.network:Network" not in behind


def test_a_change_of_the_training_rows_is_another_training(
    small: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_with_encoder(tmp_path, PRESET)
    before = key_of(small, settings)
    texts = code.closure(*TRAINING.functions)
    (rows,) = [symbol for symbol in texts if symbol.name == "training_rows"]
    monkeypatch.setattr(code, "closure", lambda *of: texts | {rows: texts[rows] + "# other rows"})
    code._key.cache_clear()
    try:
        assert key_of(small, settings) != before
    finally:
        code._key.cache_clear()


def test_the_future_does_not_touch_a_fold(small: Store, tmp_path: Path) -> None:
    settings = settings_with_encoder(tmp_path, PRESET, cutoff=2016)
    stores = [copy_of(small, tmp_path / name) for name in ("one", "other")]
    write_season(stores[1], 2019, np.random.default_rng(99))
    assert len({key_of(store, settings, "pitcher", 2019) for store in stores}) == 1
    train_fold(stores[0], settings, "pitcher", 2019)
    for store in stores:
        predict_fold(store, settings, "pitcher", 2019)
    assert predictions(stores[0]) == predictions(stores[1])
    assert len(predictions(stores[0]))


def test_an_encoder_that_saw_the_validation_season_is_refused(small: Store, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has seen 2019"):
        train_fold(small, settings_with_encoder(tmp_path, PRESET, cutoff=2019), "batter", 2021)


def test_an_unknown_encoder_is_refused(small: Store, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, data=tmp_path, preset=PRESET)
    with pytest.raises(EncoderError, match="no Level 1 encoder masked of cutoff 2017"):
        train_fold(small, settings, "batter", 2021)


def test_embeddings_of_another_encoder_are_refused(small: Store, tmp_path: Path) -> None:
    settings = settings_with_encoder(tmp_path, PRESET)
    save_encoder(settings, name="later")
    with pytest.raises(ValueError, match="name encoder 'small', the one in use is 'later'; embed all"):
        train_fold(small, settings, "batter", 2021)


def test_an_untrained_fold_cannot_predict(small: Store, tmp_path: Path) -> None:
    with pytest.raises(UntrainedFoldError, match="never trained"):
        predict_fold(small, settings_with_encoder(tmp_path, PRESET), "batter", 2021)


def test_a_fold_of_other_inputs_cannot_predict(done: tuple[Store, Settings]) -> None:
    store, settings = done
    other = replace(settings, preset=replace(PRESET, network=NETWORK.changed(batter_games=5)))
    with pytest.raises(UntrainedFoldError, match="other inputs"):
        predict_fold(store, other, "batter", 2021)


def test_a_network_refuses_windows_it_was_not_trained_on(done: tuple[Store, Settings]) -> None:
    store, settings = done
    finished = load_checkpoint(settings.checkpoints / "batter" / "2021" / "finished")
    assert finished is not None
    declared = network_inputs(store, settings, NETWORK, "batter", 2021).settings
    with pytest.raises(UntrainedFoldError, match=r"profile_names.*encoder"):
        projection.load_network(finished, planted_windows(8, width=WIDTH), declared)


def test_a_fresh_process_predicts_the_same(done: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = done
    script = (
        "import sys; from dataclasses import replace; from pathlib import Path; "
        "from fbm_pipeline.settings import PRESETS, Settings; "
        "from fbm_pipeline.tables import TABLES; from fbm_pipeline.store.tables import Store; "
        "from fbm_pipeline_tests.making import predict_fold; "
        "from fbm_pipeline_tests.network.test_projection import PRESET; "
        "home = Path(sys.argv[1]); store = Store(Path(sys.argv[2]), TABLES); "
        "written = predict_fold(store, Settings(home, home, PRESET), 'batter', 2021); "
        "assert not written.skipped; print(written.content_hash)"
    )
    again = copy_of(store, tmp_path / "again")
    for memory in (again.root / "_memory" / "models.predictions").glob("*.json"):
        memory.unlink()
    command = [sys.executable, "-c", script, str(settings.home), str(again.root)]
    found = subprocess.run(command, env=dict(os.environ), check=True, capture_output=True, text=True)
    written = predict_fold(store, settings, "batter", 2021)
    assert found.stdout.strip() == written.content_hash


def test_small_samples_are_left_out_of_training_only() -> None:
    windows = planted_windows(20)
    fold = Fold("batter", 2012, 2011, (2010,), 2009)
    rows = training_rows(windows, fold, NETWORK.changed(min_opportunities=100))
    assert (windows.season[rows] == 2010).all()
    assert 1 not in rows.tolist()  # he did not play
    assert len(rows) == 9
    with pytest.raises(ValueError, match="401 opportunities"):
        training_rows(windows, fold, NETWORK.changed(min_opportunities=401))


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_derived_statistics_are_marcels_where_no_head_moved(player_type: str) -> None:
    draw = np.random.default_rng(0)
    names = [statistic.name for statistic in statistics(player_type)]
    marcel, league = draw.uniform(0.01, 0.4, (2, 50, len(names)))
    heads = [names.index(statistic.name) for statistic in head_statistics(player_type)]
    assert np.array_equal(all_statistics(player_type, marcel[:, heads], marcel, league), marcel)


def test_derived_statistics_move_with_their_heads() -> None:
    batter = [statistic.name for statistic in statistics("batter")]
    at = {name: index for index, name in enumerate(batter)}
    # 600 PA, 540 AB: 100 singles, 30 doubles, 3 triples, 20 home runs.
    rates = {
        "h_rate": 153 / 600,
        "single_rate": 100 / 600,
        "double_rate": 30 / 600,
        "triple_rate": 3 / 600,
        "hr_rate": 20 / 600,
        "avg": 153 / 540,
        "slg": 249 / 540,
        "iso": 96 / 540,
    }
    marcel = np.array([[rates.get(name, 0.1) for name in batter]])
    heads = [at[statistic.name] for statistic in head_statistics("batter")]
    moved = marcel.copy()
    moved[0, at["h_rate"]] += 6 / 600
    moved[0, at["hr_rate"]] += 6 / 600
    result = all_statistics("batter", moved[:, heads], marcel, marcel)[0]
    assert result[at["avg"]] == pytest.approx(159 / 540)
    assert result[at["slg"]] == pytest.approx((249 + 24) / 540)
    assert result[at["iso"]] == pytest.approx((96 + 18) / 540)
    pitcher = [statistic.name for statistic in statistics("pitcher")]
    at = {name: index for index, name in enumerate(pitcher)}
    values = {"er_rate": 0.1, "era": 4.0, "bb_rate": 0.08, "h_rate": 0.22, "whip": 1.3}
    marcel = np.array([[values.get(name, 0.1) for name in pitcher]])
    heads = [at[statistic.name] for statistic in head_statistics("pitcher")]
    moved = marcel.copy()
    moved[0, at["er_rate"]] = 0.11
    moved[0, at["bb_rate"]] = 0.11
    result = all_statistics("pitcher", moved[:, heads], marcel, marcel)[0]
    assert result[at["era"]] == pytest.approx(4.4)
    assert result[at["whip"]] == pytest.approx(1.3 * 0.33 / 0.30)


def test_the_card_records_what_made_the_network(done: tuple[Store, Settings]) -> None:
    _, settings = done
    finished = load_checkpoint(settings.checkpoints / "batter" / "2021" / "finished")
    assert finished is not None
    recorded = {
        "data_hash",
        "code_hash",
        "settings",
        "encoder",
        "shape",
        "standardizer",
        "torch",
        "trained_until",
        "history",
    }
    assert recorded <= set(finished.card)
    assert finished.card["settings"] == NETWORK.as_plain()
