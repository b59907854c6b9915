"""`run.json` in a run's home: what each asset took when it was last made, and the most memory that was held.

A step whose inputs had not changed keeps the seconds of the run that made it, so the record says what all that lies
in the home has cost, also after an interrupted run was taken up again. Not here: the measuring (progress).
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def merge_record(
    previous: Mapping[str, Any] | None, fresh: Mapping[str, Any], unchanged: Iterable[str]
) -> dict[str, Any]:
    """The fresh record, with the previous seconds of the steps that were not made again.

    Records of another preset or kind of data are no predecessors. A stopped run (`stopped`) also keeps the seconds of
    the steps that it did not come to. `total_s` is the sum over the steps, `wall_s` the fresh run's own time,
    `peak_mb` the larger of both runs.
    """
    record = dict(fresh)
    same = previous is not None and all(previous.get(key) == fresh[key] for key in ("preset", "data"))
    if previous is not None and same:
        made = set(unchanged)
        old = previous["steps"]
        record["steps"] = {
            step: old[step] if step in made and step in old else seconds for step, seconds in fresh["steps"].items()
        }
        if fresh.get("stopped"):
            record["steps"] = {**old, **record["steps"]}
        record["peak_mb"] = max(fresh["peak_mb"], previous["peak_mb"])
    record["total_s"] = round(sum(record["steps"].values()), 1)
    return record


def write_record(target: Path, fresh: Mapping[str, Any], unchanged: Iterable[str]) -> None:
    """Replace the record at `target` by the merged one."""
    previous = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else None
    temporary = target.with_suffix(".tmp")
    temporary.write_text(json.dumps(merge_record(previous, fresh, unchanged), indent=1) + "\n", encoding="utf-8")
    temporary.replace(target)
