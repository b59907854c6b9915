"""Markdown that all pages share: tables, the foot, and a length that a person reads.

Not here: what stands on a page (main_page, level1_page, newcomers).
"""

from collections.abc import Iterable, Sequence

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.publish.notice import RETROSHEET

MOST_LINES = 150
DASH = "–"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The lines of a table. Columns whose name ends in `#` are set to the right."""
    rules = "|".join("---:" if name.endswith("#") else "---" for name in columns)
    lines = [[name.removesuffix("#") for name in columns], *([cell.replace("|", "/") for cell in row] for row in rows)]
    first, *rest = (f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)
    return "\n".join([first, f"|{rules}|", *rest]) + "\n"


def page(parts: Iterable[str], name: str) -> str:
    """The parts below each other. Raises EvaluationError for more lines than a person reads."""
    text = "\n".join(parts)
    lines = len(text.splitlines())
    if lines > MOST_LINES:
        raise EvaluationError(f"the page {name} has {lines} lines, at most {MOST_LINES}. Next: show fewer rows.")
    return text


def foot(made_by: str, source: str) -> str:
    """The last section: the commands that make the page, the run that its figures come from, the notice."""
    return f"""## Made by

{made_by}

Figures: {source}.

{RETROSHEET}
"""
