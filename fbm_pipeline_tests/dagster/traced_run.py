"""`python -m fbm_pipeline_tests.dagster.traced_run FILE ...`: the driver, noting what ran in each build.

A profiler in C notes them: a trace function in Python took the same time again.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable
from cProfile import Profile
from pathlib import Path
from types import CodeType

from fbm_pipeline.defs.materialize import main
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store import making

ROOT = str(REPOSITORY / "fbm_pipeline") + "/"

Called = dict[str, set[CodeType]]


def trace_builds(called: Called) -> None:
    """From now on `called` receives, by table, the code of every call between a build's start and its end."""
    find = making.resolve

    def resolve(reference: str) -> Callable:
        function = find(reference)

        def traced(*arguments: object, **partition: object) -> object:
            table = getattr(arguments[0], "table", None) if arguments else None
            if table is None or table.build != reference or sys.getprofile() is not None:
                return function(*arguments, **partition)
            profile = Profile(builtins=False, subcalls=False)
            try:
                return profile.runcall(function, *arguments, **partition)
            finally:
                called[table.name] |= {entry.code for entry in profile.getstats() if isinstance(entry.code, CodeType)}

        return traced

    making.resolve = resolve  # type: ignore[assignment]


def places(called: Called) -> dict[str, list[tuple[str, int, str]]]:
    """By table: the file under fbm_pipeline, the first line and the name of each function of ours that ran."""
    return {
        table: sorted(
            (code.co_filename.removeprefix(ROOT), code.co_firstlineno, code.co_name)
            for code in codes
            if code.co_filename.startswith(ROOT) and code.co_name != "<module>"  # imported in the midst of it
        )
        for table, codes in called.items()
    }


if __name__ == "__main__":
    noted: Called = defaultdict(set)
    trace_builds(noted)
    status = main(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(places(noted)), encoding="utf-8")
    sys.exit(status)
