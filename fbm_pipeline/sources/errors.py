"""The one error that every reader raises for a file it cannot take."""

from pathlib import Path


class SourceError(ValueError):
    """A source file is not what it must be. The message names file, place, what was found, expected, and what to do."""

    def __init__(
        self,
        file: Path | str,
        problem: str,
        *,
        found: object,
        expected: str,
        next_step: str,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.file = Path(file)
        self.problem = problem
        self.row = row  # counted from 1, the header not included
        self.column = column
        place = "".join([f", row {row}" if row is not None else "", f", column {column}" if column is not None else ""])
        super().__init__(
            f"{file}{place}: {problem}. Found: {found}. Expected: {expected}. "
            f"Next step: {next_step}. Nothing of this file was taken."
        )
