"""What a reader knows of a public format: the names it needs, the names it renames, and what stands for no value."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """One public format, by column names.

    `required` are names of ours (after renaming). Columns of ours that are not required are null where a file lacks
    them. `passed_over` are known and not taken; anything else unknown is ignored and named once in a warning.
    """

    kind: str  # as a reader of a message would call the file: "Statcast pitches"
    required: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # name in the file -> name in the table
    nulls: tuple[str, ...] = ("",)  # texts that stand for no value in a text column
    passed_over: frozenset[str] = frozenset()
    origin: str = ""  # where the file comes from, for the next step of a message


def names(text: str) -> tuple[str, ...]:
    """Column names from a line of them."""
    return tuple(text.split())
