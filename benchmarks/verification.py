"""What it costs to verify every byte of a home's tables, as a share of the run that made them; the limit is 3 %.

`python benchmarks/verification.py --home var/demo`
"""

import argparse
import json
import sys
import time
from pathlib import Path

from fbm_pipeline.store.health import faults
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

LIMIT = 0.03


def verify(home: Path) -> tuple[float, int]:
    """Seconds and bytes of a first reading of every live file. Raises SystemExit where one is damaged."""
    store = Store(home / "store", TABLES)
    began = time.perf_counter()
    found = [str(fault) for fault in faults(store)]
    seconds = time.perf_counter() - began
    if found:
        sys.exit("\n".join(found))
    written = [name for name in store.contracts if store.written(name)]
    return seconds, sum(file.size for name in written for file in store.files_under(name, {}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    home = parser.parse_args().home
    made_in = json.loads((home / "run.json").read_text(encoding="utf-8"))["total_s"]
    seconds, size = verify(home)
    share = seconds / made_in
    print(f"verification of {size / 1e6:,.0f} MB: {seconds:.2f} s, {share:.2%} of the {made_in:,.0f} s that made them")
    return 0 if share < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
