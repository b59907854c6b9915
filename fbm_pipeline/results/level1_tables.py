"""A table of words for a page.

Not here: what stands in it (level1_players, level1_appearances).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FaceTable:
    """A title, a note under it, and rows of text; columns whose name ends in `#` are set to the right."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table below its title."""
        names = [name.removesuffix("#") for name in self.columns]
        rules = ["---:" if name.endswith("#") else "---" for name in self.columns]
        lines = [f"### {self.title}\n", f"{self.note}\n"]
        lines += ["| " + " | ".join(names) + " |", "|" + "|".join(rules) + "|"]
        lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"
