"""The names in evaluation.level1: its sections, and the values of the columns `stat` and `measure`.

Not here: who computes the rows (level1_measurement, learned_gains).
"""

import re

TABLE = "evaluation.level1"
# nats of hidden plate appearances; the same of the heads that decode player vectors (arms `vectors`, `lookup`, `base`)
PRETRAINING, DECODER = "pretraining", "decoder"
USEFUL = "useful"
COLLAPSE = "collapse"  # stat `epoch_1` and so on, one measure each
SECTIONS = (PRETRAINING, DECODER, USEFUL, COLLAPSE)
NATS = "nats"


def epoch_of(stat: str) -> int:
    """The number of `epoch_12`; 0 for a statistic that names no epoch."""
    number = re.fullmatch(r"epoch_(\d+)", stat)
    return int(number.group(1)) if number else 0
