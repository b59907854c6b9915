"""Gains of learned blocks: one that knows something is better than the others, noise is not, the choice is fair."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.metrics import score
from fbm_pipeline.controls.learned_controls import BLOCKS, FORMS, Arm
from fbm_pipeline.evaluation import learned_gains
from fbm_pipeline.evaluation.families import holm
from fbm_pipeline.evaluation.learned_gains import MAIN_STATISTICS, TABLE, arm_rates, choose_block
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.controls.planted_blocks import (
    CUTOFF,
    PRESET,
    known_players,
    read_invented,
    write_blocks,
    write_controls,
)

SEASONS = PRESET.development_seasons
STATISTICS = sum(len(scored_statistics(player_type)) for player_type in ("batter", "pitcher"))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """`masked` knows the hidden number, every other block is noise."""
    store = Store(tmp_path_factory.mktemp("planted") / "store", TABLES)
    write_blocks(store, signal="masked")
    write_controls(store, SEASONS)
    return store


@pytest.fixture(scope="module", autouse=True)
def _invented() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned_gains, "control_frame", read_invented)
        patch.setattr(learned_gains, "load_known_players", known_players)
        yield


@pytest.fixture(scope="module")
def table(planted: Store) -> pa.Table:
    return learned_gains.learned_gains(planted, PRESET, "real", SEASONS, chosen=Arm("masked"))


@pytest.fixture(scope="module")
def rows(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas()


@pytest.mark.parametrize("reference", ["control", "untrained", "histogram", "context"])
def test_a_block_that_knows_is_better_than_all_that_stands_beside_it(rows: pd.DataFrame, reference: str) -> None:
    own = rows[(rows["arm"] == "masked") & (rows["reference"] == reference)]
    steps = own[own["measure"] == "d_rmse"]
    assert len(steps) == STATISTICS
    assert (steps["high"] < 0).all()
    assert set(steps["verdict"]) == {"better"}
    assert (own.loc[own["measure"] == "d_r", "low"] > 0).all()
    over_all = own[own["stat"] == "main"].set_index("measure")
    assert over_all.loc["d_rmse_percent", "high"] < 0


@pytest.mark.parametrize("form", FORMS)
def test_noise_is_not_better(rows: pd.DataFrame, form: str) -> None:
    name = Arm("vectors", form).name
    for reference in (Arm("untrained", form).name, Arm("histogram", form).name):
        own = rows[(rows["arm"] == name) & (rows["reference"] == reference)]
        assert len(own)
        assert "better" not in set(own["verdict"])


def test_figures_are_those_of_the_yardstick(planted: Store, rows: pd.DataFrame) -> None:
    rates = arm_rates(planted, PRESET, SEASONS, [Arm("masked", "on_top")])
    joined = known_players(planted, SEASONS).merge(rates, on=["season", "player_type", "mlbam_id", "statistic"])
    era = joined[(joined["player_type"] == "pitcher") & (joined["statistic"] == "era")]
    told = rows[(rows["player_type"] == "pitcher") & (rows["stat"] == "era")]
    found = {}
    for name in ("control", "masked_on_top"):
        found[name] = score(era[name], era["actual"], era["opportunities"], era["season"])
        own = told[(told["arm"] == name) & (told["reference"] == "")].set_index("measure")["value"]
        assert own["rmse"] == pytest.approx(found[name].rmse, abs=1e-12)
        assert own["r"] == pytest.approx(found[name].r, abs=1e-12)
    step = told[(told["arm"] == "masked_on_top") & (told["reference"] == "control") & (told["measure"] == "d_rmse")]
    assert step["value"].item() == pytest.approx(found["masked_on_top"].rmse - found["control"].rmse, abs=1e-12)


def test_the_mean_change_is_over_the_main_statistics(rows: pd.DataFrame) -> None:
    of = rows[rows["reference"] == ""].query("measure == 'rmse'").set_index(["arm", "player_type", "stat"])["value"]
    steps = [
        100 * (of["masked", player_type, stat] / of["context", player_type, stat] - 1)
        for player_type, names in MAIN_STATISTICS.items()
        for stat in names
    ]
    own = rows[(rows["arm"] == "masked") & (rows["reference"] == "context") & (rows["measure"] == "d_rmse_percent")]
    assert len(steps) == own["n"].item() == 12
    assert own["value"].item() == pytest.approx(np.mean(steps))
    assert own["low"].item() < own["value"].item() < own["high"].item()


def test_a_family_is_all_statistics_of_both_player_types(
    planted: Store, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    families: list[list] = []
    monkeypatch.setattr(learned_gains, "holm", lambda values: families.append(list(values)) or holm(values))
    learned_gains.learned_gains(planted, PRESET, "real", SEASONS, blocks=("masked",), forms=("beside",))
    assert [len(family) for family in families] == [STATISTICS] * 6  # r and RMSE of masked (2 references), context (1)


def test_every_arm_is_told_and_compared_with_plain_blocks_of_its_own_form(rows: pd.DataFrame) -> None:
    arms = {"context", *(Arm(block, form).name for block in BLOCKS for form in FORMS)}
    assert set(rows["arm"]) == {"control", *arms}
    told = rows[rows["reference"] != ""].groupby("arm")["reference"].unique().map(set).to_dict()
    assert told["masked_on_top"] == {"control", "untrained_on_top", "histogram_on_top", "context"}
    assert told["untrained"] == {"control", "histogram", "context"}
    assert told["context"] == {"control"}
    assert set(rows["seasons"]) == {"2016-2017"}
    assert set(rows["cutoff"]) == {CUTOFF}
    assert set(rows["section"]) == {"useful"}


def test_rows_keep_the_contract(planted: Store, table: pa.Table) -> None:
    assert planted.write(TABLE, {}, table).rows == table.num_rows


def test_the_chosen_one_is_the_best_of_the_learned_and_is_marked(rows: pd.DataFrame, table: pa.Table) -> None:
    chosen = choose_block(table, PRESET)
    assert chosen.block == "masked"
    assert rows.loc[rows["measure"] == "chosen", "arm"].tolist() == ["masked"]
    gains = rows[(rows["measure"] == "d_rmse_percent") & (rows["reference"] == "control")].set_index("arm")["value"]
    other = next(form for form in FORMS if form != chosen.form)
    assert gains[chosen.name] <= gains[Arm("masked", other).name]


def test_a_plain_block_is_never_chosen(table: pa.Table) -> None:
    rows = table.to_pandas()
    rows.loc[(rows["arm"] == "histogram") & (rows["measure"] == "d_rmse_percent"), "value"] = -50.0
    assert choose_block(pa.Table.from_pandas(rows), PRESET).block == "masked"


def test_a_choice_on_test_seasons_is_refused(table: pa.Table) -> None:
    rows = table.to_pandas().assign(seasons="2018")
    with pytest.raises(EvaluationError, match="development seasons 2016-2017 alone, found rows of 2018"):
        choose_block(pa.Table.from_pandas(rows), PRESET)
    with pytest.raises(EvaluationError, match="no row of 2016-2017 has"):
        choose_block(table.slice(0, 0), PRESET)


def test_what_cannot_be_tested_is_refused(planted: Store) -> None:
    with pytest.raises(EvaluationError, match="asked for no season"):
        learned_gains.learned_gains(planted, PRESET, "real", [])
    with pytest.raises(EvaluationError, match="chosen arm masked_on_top is not among"):
        learned_gains.learned_gains(planted, PRESET, "real", SEASONS, forms=("beside",), chosen=Arm("masked", "on_top"))
    with pytest.raises(EvaluationError, match="block 'mlm' is unknown"):
        learned_gains.learned_gains(planted, PRESET, "real", SEASONS, blocks=("mlm",))
