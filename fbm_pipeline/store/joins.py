"""Rows of one table that find no partner in another: an error with a count, never zeros."""


class MissingJoinError(ValueError):
    """Rows of one table have no partner in another: names both, the counts, a sample of keys and the next step."""

    def __init__(self, table: str, missing: int, total: int, sample: object, next_step: str) -> None:
        super().__init__(f"{table}: {missing} of {total} rows find no partner, such as {sample}. {next_step}")
        self.table = table
        self.missing = missing
