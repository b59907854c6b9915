"""Which partitions of a table may be read to make one partition of another: few rules, each with a name.

A rule answers for the season of the read table. Player types, cutoffs and arms are matched where both tables have them,
unless a read says that it needs both player types. Not here: holding a builder to its windows (inputs), and Dagster's
mappings (defs).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

Value = int | str


class Span(Enum):
    """The seasons of the table that is read, beside the season that is made."""

    WHOLE = "whole"  # every partition: tables without seasons, and what is fitted over all of them
    SAME = "same"  # the season itself: what describes a season that is over
    BEFORE = "before"  # the seasons before: what a projection may know
    UP_TO = "up to"  # the seasons before and the season's own partition, which holds nothing later than its as-of date


@dataclass(frozen=True)
class Window:
    """The partitions of one table that are open to the builder of another."""

    span: Span
    back: int | None = None  # of BEFORE and UP_TO: how many seasons before; None for all
    both_types: bool = False  # rows of batters and pitchers, whichever is made
    player_type: str = ""  # rows of this type alone, for the other one: a type never reads itself
    same_month: bool = False  # of SAME: the month that is made only
    before_month: int | None = None  # of UP_TO: the month from which on the season itself is closed
    optional: bool = False  # the table may never have been written: then it has no rows
    until: str = ""  # the setting that names the last season open, as `tune_until` for what is fitted once
    since: int | str | None = None  # the first season open, or the setting that names it; None for the table's first
    only: tuple[tuple[str, Value], ...] = ()  # columns of the read table with the one value that is open
    # A function `(inputs) -> hash` in place of the partitions' contents: for a table without seasons, whose rows carry
    # their own dates and of which the builder takes those before its as-of date only.
    content: str = ""

    def allows(
        self, made: Mapping[str, Value], part: Mapping[str, Value], last: int | None = None, first: int | None = None
    ) -> bool:
        """Whether a partition of the read table is open while `made` is built.

        `last` and `first` are the seasons that `until` and `since` stand for.
        """
        if not self._matches(made, part):
            return False
        season, read = season_of(made), season_of(part)
        if read is None:
            return True
        if (last is not None and read > last) or (first is not None and read < first):
            return False
        if self.before_month is not None and read == season and int(part.get("month", 0)) >= self.before_month:
            return False
        return self.span is Span.WHOLE or season is None or self._allows_season(season, read)

    def _matches(self, made: Mapping[str, Value], part: Mapping[str, Value]) -> bool:
        matched = (*MATCHED, "month") if self.same_month else MATCHED
        same = all(made[column] == part[column] for column in matched if column in made and column in part)
        same = same and self._matches_type(made.get("player_type"), part.get("player_type"))
        return same and all(part.get(column, value) == value for column, value in self.only)

    def _matches_type(self, made: Value | None, read: Value | None) -> bool:
        if self.player_type:
            return read in (None, self.player_type) and made != self.player_type
        return self.both_types or made is None or read is None or made == read

    def _allows_season(self, season: int, read: int) -> bool:
        if self.span is Span.SAME:
            return read == season
        if self.back is not None and read < season - self.back:
            return False
        return read < season or (self.span is Span.UP_TO and read == season)

    def __str__(self) -> str:
        """The window with all that narrows it, as messages and the pages of contracts say it."""
        limits = {
            f"{self.back} seasons back": self.back is not None,
            f"since {self.since}": self.since is not None,
            f"until {self.until}": self.until,
            f"{self.player_type}s for the others": self.player_type,
            "both player types": self.both_types and not self.player_type,
            **{f"{column} {value}": True for column, value in self.only},
            "the month alone": self.same_month,
            f"its months before {self.before_month}": self.before_month is not None,
            "rows by their own dates": self.content,
            "if there": self.optional,
        }
        return ", ".join([self.span.value, *(words for words, said in limits.items() if said)])


# A fold is a test season, a cutoff the last season that an encoder saw: both are seasons of their tables.
SEASON_COLUMNS = ("season", "fold", "cutoff")
# What is made with the encoder of a cutoff and an arm reads what was made with the same one.
MATCHED = ("cutoff", "arm")


def season_of(partition: Mapping[str, Value]) -> int | None:
    """The season that a partition stands for; None for a table without seasons."""
    for column in SEASON_COLUMNS:
        if column in partition:
            return int(partition[column])
    return None


def whole(
    *,
    until: str = "",
    both_types: bool = False,
    optional: bool = False,
    only: tuple[tuple[str, Value], ...] = (),
    content: str = "",
) -> Window:
    """Every partition, or every one up to the season that a setting names, or with one value of a column."""
    return Window(Span.WHOLE, until=until, both_types=both_types, optional=optional, only=only, content=content)


def same_season(
    *, month: bool = False, both_types: bool = False, player_type: str = "", optional: bool = False
) -> Window:
    """The season itself, or the month itself; with `player_type` what that type has, for the other one."""
    return Window(Span.SAME, same_month=month, both_types=both_types, player_type=player_type, optional=optional)


def seasons_before(
    back: int | None = None,
    *,
    both_types: bool = False,
    optional: bool = False,
    since: int | str | None = None,
    until: str = "",
) -> Window:
    """The seasons before, or the last `back` of them, or those from `since` on, or up to the one that a setting names.

    `since` may be the name of a setting too.
    """
    return Window(Span.BEFORE, back=back, both_types=both_types, optional=optional, since=since, until=until)


def seasons_up_to(
    back: int | None = None,
    *,
    since: int | str | None = None,
    before_month: int | None = None,
    both_types: bool = False,
    optional: bool = False,
) -> Window:
    """The seasons before and the season's own partition: for tables whose rows have an as-of date themselves, and for
    trainings, which see the season of their cutoff.

    Of a table by month the season's own months before `before_month` alone: for rows as of a day within the season.
    """
    return Window(
        Span.UP_TO, back=back, since=since, before_month=before_month, both_types=both_types, optional=optional
    )
