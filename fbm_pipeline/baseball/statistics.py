"""Statistics, their numerators and denominators. Counts are integers and divided last.

Names here are the names everywhere: tables, results, MLflow, exports.
"""

from dataclasses import dataclass

PLAYER_TYPES = ("batter", "pitcher")

# Integer counts that plate appearances, player games and season lines share, for both player types.
COUNTS = ("ab", "h", "single", "double", "triple", "hr", "bb", "ibb", "so", "hbp", "sf", "sh")


@dataclass(frozen=True)
class Statistic:
    """One rate: the sum of `numerator` counts (with weights) over the sum of `denominator` counts."""

    name: str
    numerator: tuple[tuple[str, float], ...]
    denominator: tuple[tuple[str, float], ...]
    head: bool  # True: a binomial outcome with a head of its own; False: follows from the heads
    scale: float = 1.0  # 27 for earned runs per nine innings


def _counts(*names: str) -> tuple[tuple[str, float], ...]:
    return tuple((name, 1.0) for name in names)


_PER_OPPORTUNITY = _counts("opportunities")  # plate appearances or batters faced
_AT_BATS = _counts("ab")

BATTER_STATISTICS = (
    Statistic("so_rate", _counts("so"), _PER_OPPORTUNITY, head=True),
    Statistic("bb_rate", _counts("bb"), _PER_OPPORTUNITY, head=True),
    Statistic("hr_rate", _counts("hr"), _PER_OPPORTUNITY, head=True),
    Statistic("h_rate", _counts("h"), _PER_OPPORTUNITY, head=True),
    Statistic("single_rate", _counts("single"), _PER_OPPORTUNITY, head=True),
    Statistic("double_rate", _counts("double"), _PER_OPPORTUNITY, head=True),
    Statistic("triple_rate", _counts("triple"), _PER_OPPORTUNITY, head=True),
    Statistic("obp", _counts("h", "bb", "hbp"), _counts("ab", "bb", "hbp", "sf"), head=True),
    Statistic("avg", _counts("h"), _AT_BATS, head=False),
    Statistic("slg", (("single", 1.0), ("double", 2.0), ("triple", 3.0), ("hr", 4.0)), _AT_BATS, head=False),
    Statistic("iso", (("double", 1.0), ("triple", 2.0), ("hr", 3.0)), _AT_BATS, head=False),
)

PITCHER_STATISTICS = (
    Statistic("so_rate", _counts("so"), _PER_OPPORTUNITY, head=True),
    Statistic("bb_rate", _counts("bb"), _PER_OPPORTUNITY, head=True),
    Statistic("hr_rate", _counts("hr"), _PER_OPPORTUNITY, head=True),
    Statistic("h_rate", _counts("h"), _PER_OPPORTUNITY, head=True),
    Statistic("er_rate", _counts("er"), _PER_OPPORTUNITY, head=True),  # earned runs per batter faced
    Statistic("era", _counts("er"), _counts("outs"), head=False, scale=27.0),
    Statistic("whip", _counts("bb", "h"), _counts("outs"), head=False, scale=3.0),
)


def statistics(player_type: str) -> tuple[Statistic, ...]:
    """All statistics of a player type. Raises KeyError for anything but `batter` and `pitcher`."""
    return {"batter": BATTER_STATISTICS, "pitcher": PITCHER_STATISTICS}[player_type]


def head_statistics(player_type: str) -> tuple[Statistic, ...]:
    """The statistics with a head: binomial outcomes with their own trials."""
    return tuple(statistic for statistic in statistics(player_type) if statistic.head)


# What is published, by both player types' usual order: earned runs per batter faced stand behind ERA only.
RATE_COLUMNS = tuple(
    name
    for name in dict.fromkeys(statistic.name for each in PLAYER_TYPES for statistic in statistics(each))
    if name != "er_rate"
)
