"""What bfloat16 in the encoder's blocks costs in the gains of learned blocks, against the same weights in float32.

Run as `python benchmarks/precision.py --home FOLDER` over a finished run's folder; its store is read and copied, never
written. Some development seasons are embedded in both precisions, the block `masked` is made of each, and both enter
the control on top of its columns for the seasons that follow. Writes its row into docs/results/speed.csv; exits 1 when
the mean change of RMSE is larger than the limit.
"""

import argparse
from pathlib import Path

import pandas as pd
import torch
from level1 import COLUMNS, copied, merge_rows

from fbm_pipeline.controls.learned_blocks import build_block
from fbm_pipeline.evaluation.learned_gains import MAIN_STATISTICS, learned_gains
from fbm_pipeline.level1.embeddings import embed
from fbm_pipeline.level1.encoder import load_encoder
from fbm_pipeline.level1.outings import load_outings
from fbm_pipeline.level1.season_embeddings import load_outing_players, season_means, season_rows
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

SEASONS, TARGETS = range(2007, 2013), (2012, 2013)
LIMIT_PERCENT = 0.02  # of RMSE: a tenth of what a block is hoped to gain
FORM = "on_top"


def block_in(settings: Settings, precision: torch.dtype) -> pd.Series:
    """RMSE of the control with the block, by player type and main statistic, for the targets."""
    cutoff = settings.preset.encoders[0].cutoff
    store = Store(settings.store_root, TABLES)
    prepare(settings.preset.threads)
    encoder, card = load_encoder(settings, cutoff)
    encoder.precision = precision
    for part in store.partitions("models.season_embeddings"):
        store.drop("models.season_embeddings", part)
    for season in SEASONS:
        embeddings = embed(encoder, load_outings(store, season))
        means = season_means(embeddings, *load_outing_players(store, season))
        rows = season_rows("masked", cutoff, season, card.hash, means)
        store.write("models.season_embeddings", {"arm": "masked", "cutoff": cutoff, "season": season}, rows)
        print(f"{precision}: season {season} embedded", flush=True)
    build_block(store, settings.preset, "masked", cutoff)
    rows = learned_gains(store, settings.preset, settings.data_kind, TARGETS, ("masked",), forms=(FORM,)).to_pandas()
    rows = rows[(rows["measure"] == "rmse") & (rows["arm"] == f"masked_{FORM}")]
    main = pd.MultiIndex.from_tuples([(kind, stat) for kind, names in MAIN_STATISTICS.items() for stat in names])
    return rows.set_index(["player_type", "stat"])["value"].loc[main]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the folder of a finished run, such as var/real")
    parser.add_argument("--data", type=Path, required=True, help="the folder of source files of that run")
    parser.add_argument("--preset", default="real", choices=sorted(PRESETS))
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    arguments = parser.parse_args()
    found = {}
    for precision in (torch.bfloat16, torch.float32):
        with copied(arguments.home.resolve(), arguments.data, arguments.preset) as settings:
            found[precision] = block_in(settings, precision)
            kind = settings.data_kind
    change = 100.0 * (found[torch.bfloat16] / found[torch.float32] - 1.0)
    mean, largest = float(change.mean()), float(change.abs().max())
    what = "level1 bfloat16 for float32: change of RMSE on the useful test"
    rows = [
        (kind, f"{what}, mean", mean, "%", LIMIT_PERCENT, abs(mean) / LIMIT_PERCENT),
        (kind, f"{what}, largest", largest, "%", "", ""),
    ]
    merge_rows(arguments.docs / "results" / "speed.csv", [dict(zip(COLUMNS, row, strict=True)) for row in rows])
    print(change.round(5).to_string())
    print(f"mean change {mean:+.5f} % of RMSE, limit {LIMIT_PERCENT} %; largest {largest:.5f} %")
    return 0 if abs(mean) <= LIMIT_PERCENT else 1


if __name__ == "__main__":
    raise SystemExit(main())
