"""Speed of Level 1 by ratio: operations on real tokens over the machine's own matrix products in the same run.

Run as `python benchmarks/level1.py --home FOLDER` over a finished run's folder; its store is read and copied, never
written. Encoding goes from the store to materialized embeddings of every season, in a process of its own whose peak
memory is told; a training step is measured on one season under the preset's sizes; one new day is a last month that
has to be embedded again by a fresh process. Writes docs/results/speed.csv; exits 1 when a limit is missed.
"""

import argparse
import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from fbm_pipeline.level1.embeddings import TABLE, embed_season, seasons_served
from fbm_pipeline.level1.encoder import load_encoder
from fbm_pipeline.level1.masked_run import MaskedRun, RunSize
from fbm_pipeline.level1.outing_batches import arrange, groups
from fbm_pipeline.level1.outing_blocks import matrix_operations
from fbm_pipeline.level1.outings import Outings, load_outings, seasons_with_outings
from fbm_pipeline.level1.pretraining import PADDED_TOKENS
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

ENCODING, TRAINING = 0.50, 0.30  # of the machine's matrix products
ALL_SEASONS_S, MEMORY_GB, NEW_DAY_S, PRETRAINING_MIN, REAL_TOKENS = 900.0, 6.0, 20.0, 100.0, 0.90
STEPS = 10
COLUMNS = ("data", "what", "value", "unit", "limit", "ratio")
PRODUCT = 2048, 4096  # a square matrix times rows of its width: larger ones are no quicker


def matrix_rate() -> float:
    """Operations a second of the quicker of bfloat16 and float32 matrix products: the best of several."""
    size, rows = PRODUCT
    best = 0.0
    for dtype in (torch.bfloat16, torch.float32):
        left, right = torch.randn(rows, size).to(dtype), torch.randn(size, size).to(dtype)
        for _ in range(8):
            began = time.perf_counter()
            left @ right
            best = max(best, 2.0 * rows * size * size / (time.perf_counter() - began))
    return best


@contextmanager
def copied(home: Path, data: Path, preset: str) -> Iterator[Settings]:
    """A home whose store may be written: files are immutable, so links make the copy."""
    with tempfile.TemporaryDirectory(prefix="fbm_bench_", dir=home) as name:
        shutil.copytree(home / "store", Path(name) / "store", copy_function=os.link)
        (Path(name) / "checkpoints").symlink_to((home / "checkpoints").resolve())
        yield Settings(Path(name), data, PRESETS[preset])


def encode_all(settings: Settings) -> dict[str, float]:
    """Embed every season that the latest cutoff serves, from the store to the table, in this process."""
    store, cutoff = Store(settings.store_root, TABLES), settings.preset.encoders[-1].cutoff
    torch.set_num_threads(settings.preset.threads)
    seasons = seasons_served(settings.preset, cutoff, seasons_with_outings(store))
    for season in seasons:
        store.drop(TABLE, {"cutoff": cutoff, "season": season})
        for part in [part for part in store.partitions("core.plate_appearances") if part["season"] == season]:
            store.drop(TABLE, {"cutoff": cutoff, "season": season, "month": part["month"]})
    rates = [matrix_rate()]
    began = time.perf_counter()
    for season in seasons:
        embed_season(store, settings, cutoff, season)
    spent = time.perf_counter() - began
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # Linux counts kibibytes
    rates.append(matrix_rate())
    encoder, _ = load_encoder(settings, cutoff)
    shares = [operations_and_share(load_outings(store, season), encoder.shape) for season in seasons]
    return {
        "seasons": len(seasons),
        "seconds": spent,
        "peak_gb": peak_gb,
        "rate": max(rates),
        "operations": sum(operations for operations, _ in shares),
        "real": min(share for _, share in shares),
    }


def operations_and_share(outings: Outings, shape: object) -> tuple[float, float]:
    """Operations of one pass over real tokens, and the share of the computed tokens that are real."""
    rows = arrange(outings, np.arange(outings.outings))
    lengths = np.diff(rows.row_tokens)
    padded = sum(len(which) * int(lengths[which].max()) for which in groups(rows, PADDED_TOKENS))
    operations = matrix_operations(shape.width, shape.layers, torch.from_numpy(lengths))  # type: ignore[attr-defined]
    return operations, float(lengths.sum() / padded)


def train_steps(settings: Settings, season: int) -> dict[str, float]:
    """Some steps of a pre-training of the preset's size on one season."""
    preset = settings.preset
    torch.set_num_threads(preset.threads)
    size = RunSize(
        "masked",
        preset.level1_width,
        preset.level1_layers,
        preset.level1_heads,
        preset.level1_embedding,
        preset.level1_precision,
        preset.pretrain_steps,
        preset.pretrain_batch,
        preset.threads,
        preset.seed,
    )
    run = MaskedRun(size, load_outings(Store(settings.store_root, TABLES), season))
    run.take_step()
    rates = [matrix_rate()]
    began = time.perf_counter()
    sums = [run.take_step() for _ in range(STEPS)]
    spent = time.perf_counter() - began
    rates.append(matrix_rate())
    operations, tokens = (sum(step[name] for step in sums) for name in ("operations", "tokens"))
    return {"operations": operations, "tokens": tokens, "seconds": spent, "rate": max(rates)}


def new_day(settings: Settings) -> dict[str, float]:
    """Seconds of a fresh process that embeds the last month of the last season again, as a new day makes it stale."""
    store, cutoff = Store(settings.store_root, TABLES), settings.preset.encoders[-1].cutoff
    parts = [part for part in store.partitions("core.plate_appearances") if part["season"] == cutoff]
    month = max(int(part["month"]) for part in parts if part["month"] < 10)  # October holds a few days only
    store.drop(TABLE, {"cutoff": cutoff, "season": cutoff, "month": month})
    code = (
        "import sys; from pathlib import Path\n"
        "from fbm_pipeline.settings import PRESETS, Settings\n"
        "from fbm_pipeline.tables import TABLES\n"
        "from fbm_pipeline.store.tables import Store\n"
        "from fbm_pipeline.level1.embeddings import embed_season\n"
        "settings = Settings(Path(sys.argv[1]), Path(sys.argv[2]), PRESETS[sys.argv[3]])\n"
        "season = int(sys.argv[4])\n"
        "embed_season(Store(settings.store_root, TABLES), settings, season, season)\n"
    )
    words = [str(settings.home), str(settings.data), settings.preset.name, str(cutoff)]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *words], check=True)
    return {"seconds": time.perf_counter() - began}


def pretraining_minutes(settings: Settings, per_token: float) -> float:
    """Minutes of the longest pre-training at the measured speed: the preset's steps of its outings."""
    store = Store(settings.store_root, TABLES)
    outings = load_outings(store, settings.preset.encoders[-1].cutoff)
    tokens = settings.preset.pretrain_steps * settings.preset.pretrain_batch * outings.tokens / outings.outings
    return tokens * per_token / 60.0


def in_own_process(what: str, arguments: argparse.Namespace, home: Path) -> dict[str, float]:
    """One measurement in a fresh process, so that its memory is its own."""
    command = [
        sys.executable,
        __file__,
        "--home",
        str(home),
        "--data",
        str(arguments.data),
        "--preset",
        arguments.preset,
        "--measure",
        what,
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measured(arguments: argparse.Namespace) -> list[dict[str, object]]:
    """The rows of speed.csv."""
    with copied(arguments.home, arguments.data, arguments.preset) as settings:
        encoded = in_own_process("encoding", arguments, settings.home)
        trained = in_own_process("training", arguments, settings.home)
        day = in_own_process("new_day", arguments, settings.home)
        minutes = pretraining_minutes(settings, trained["seconds"] / trained["tokens"])
        kind = settings.data_kind
    share = encoded["operations"] / encoded["seconds"] / encoded["rate"]
    step = trained["operations"] / trained["seconds"] / trained["rate"]
    rows = (
        ("level1 encoding", share, "of the matrix-product rate", ENCODING, share / ENCODING),
        ("level1 training step", step, "of the matrix-product rate", TRAINING, step / TRAINING),
        (
            f"level1 encoding of {encoded['seasons']:.0f} seasons",
            encoded["seconds"],
            "s",
            ALL_SEASONS_S,
            encoded["seconds"] / ALL_SEASONS_S,
        ),
        ("level1 encoding, peak memory", encoded["peak_gb"], "GB", MEMORY_GB, encoded["peak_gb"] / MEMORY_GB),
        ("level1 one new day", day["seconds"], "s", NEW_DAY_S, day["seconds"] / NEW_DAY_S),
        ("level1 one pre-training", minutes, "min", PRETRAINING_MIN, minutes / PRETRAINING_MIN),
        ("level1 real tokens", encoded["real"], "of the computed tokens", REAL_TOKENS, encoded["real"] / REAL_TOKENS),
        ("matrix-product rate", encoded["rate"] / 1e9, "GFLOP/s", "", ""),
    )
    return [dict(zip(COLUMNS, (kind, *row), strict=True)) for row in rows]


AT_LEAST = ("level1 encoding", "level1 training step", "level1 real tokens")  # the others are at most their limit


def held(row: dict[str, object]) -> bool:
    """Whether a row keeps its limit."""
    if row["limit"] == "":
        return True
    value, limit = float(str(row["value"])), float(str(row["limit"]))
    return value >= limit if row["what"] in AT_LEAST else value <= limit


def merge_rows(target: Path, rows: list[dict[str, object]]) -> None:
    """Replace the rows of the same kind of data and name in the file."""
    old: list[dict[str, object]] = []
    fresh = {(row["data"], row["what"]) for row in rows}
    if target.is_file():
        with target.open(encoding="utf-8", newline="") as file:
            old = [dict(row) for row in csv.DictReader(file) if (row["data"], row["what"]) not in fresh]
    temporary = target.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in sorted([*old, *rows], key=lambda row: (str(row["data"]), str(row["what"]))):
            writer.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})
    temporary.replace(target)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the folder of a finished run, such as var/real")
    parser.add_argument("--data", type=Path, required=True, help="the folder of source files of that run")
    parser.add_argument("--preset", default="real", choices=sorted(PRESETS))
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    parser.add_argument("--measure", choices=["encoding", "training", "new_day"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    settings = Settings(arguments.home.resolve(), arguments.data, PRESETS[arguments.preset])
    if arguments.measure:
        measures = {
            "encoding": encode_all,
            "new_day": new_day,
            "training": lambda asked: train_steps(asked, asked.preset.encoders[0].cutoff),
        }
        print(json.dumps(measures[arguments.measure](settings)))
        return 0
    rows = measured(arguments)
    for row in rows:
        limit = f"limit {row['limit']}, ratio {row['ratio']:.2f}" if row["limit"] != "" else ""
        print(f"{row['what']:<32} {row['value']:>10.3f} {row['unit']:<28} {limit} {'' if held(row) else 'MISSED'}")
    merge_rows(arguments.docs / "results" / "speed.csv", rows)
    return 0 if all(held(row) for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
