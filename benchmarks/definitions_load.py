"""Seconds to load the definitions in a fresh process, as Dagster's code servers do; the limit is 6.

`python benchmarks/definitions_load.py [runs]`
"""

import statistics
import subprocess
import sys
import time

LIMIT_S = 6.0
HEAVY = ("torch", "mlflow", "sklearn", "matplotlib")
PROGRAM = f"""
import sys
from fbm_pipeline.definitions import defs
defs.get_repository_def()
loaded = [name for name in {HEAVY} if name in sys.modules]
sys.exit(f"loaded with the definitions: {{loaded}}" if loaded else 0)
"""


def main(runs: int) -> int:
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", PROGRAM], check=True)
        seconds.append(time.perf_counter() - began)
    print(f"definitions load: median {statistics.median(seconds):.2f} s of {runs}, worst {max(seconds):.2f} s")
    return 0 if statistics.median(seconds) < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
