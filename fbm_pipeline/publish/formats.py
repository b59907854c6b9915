"""How a statistic is called and printed, and which way is good. Numbers as baseball writes them.

Not here: the names in tables and results, which are those of baseball.statistics.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One statistic's label, printing (`percent` 22.4, `points` .331, `runs` 3.87) and better direction."""

    label: str
    title: str
    style: str
    higher_is_better: bool


_BATTER = {
    "obp": Format("OBP", "on-base percentage", "points", True),
    "avg": Format("AVG", "batting average", "points", True),
    "slg": Format("SLG", "slugging percentage", "points", True),
    "iso": Format("ISO", "isolated power", "points", True),
    "hr_rate": Format("HR%", "home runs per PA", "percent", True),
    "so_rate": Format("K%", "strikeouts per PA", "percent", False),
    "bb_rate": Format("BB%", "walks per PA", "percent", True),
    "h_rate": Format("H%", "hits per PA", "percent", True),
    "single_rate": Format("1B%", "singles per PA", "percent", True),
    "double_rate": Format("2B%", "doubles per PA", "percent", True),
    "triple_rate": Format("3B%", "triples per PA", "percent", True),
}

_PITCHER = {
    "era": Format("ERA", "earned runs per nine innings", "runs", False),
    "whip": Format("WHIP", "walks and hits per inning", "runs", False),
    "so_rate": Format("K%", "strikeouts per BF", "percent", True),
    "bb_rate": Format("BB%", "walks per BF", "percent", False),
    "hr_rate": Format("HR%", "home runs per BF", "percent", False),
    "h_rate": Format("H%", "hits per BF", "percent", False),
}

FORMATS = {"batter": _BATTER, "pitcher": _PITCHER}

SYSTEM_LABELS = {
    "marcel_classic": "Marcel (classic)",
    "marcel": "Marcel",
    "ridge": "Ridge on lines",
    "control_ridge": "Control (ridge)",
    "control_trees": "Control (trees)",
    "control": "Control",
    "control_parks": "Control + parks",
    "control_physics": "Control + physics",
    "ridge_minors": "Ridge + minors",
    "control_minors": "Control + minors",
    "control_full": "Control + parks + minors",
    "debut_mean": "Mean of debutants",
    "component_factors": "Component factors",
    "mle": "MLE",
    "contextual": "Contextual",
    "ensemble": "Ensemble",
    "steamer": "Steamer",
    "zips": "ZiPS",
    "atc": "ATC",
    "depthcharts": "Depth Charts",
    "thebat": "THE BAT",
    "thebatx": "THE BAT X",
}

TITLES = {  # of the registered comparisons
    "controls": "Controls: what simple methods reach",
    "public": "Public systems",
    "network": "The network against the controls",
    "physics": "What measured physics adds",
    "minors": "Short histories: what the minors tell",
    "minors_public": "Short histories beside public systems",
    "network_minors": "The network and the minors, by history",
}

OPPORTUNITIES = {"batter": "PA", "pitcher": "BF"}


def show(value: float, style: str) -> str:
    """A rate as printed: 22.4% for `percent`, .331 for `points`, 3.87 for `runs`."""
    if style == "percent":
        return f"{100 * value:.1f}%"
    if style == "points":
        text = f"{value:.3f}"
        return text.removeprefix("0") if value >= 0 else "-" + text.removeprefix("-0")
    return f"{value:.2f}"


def show_change(value: float, style: str) -> str:
    """A difference of two rates with its sign; percentages in points."""
    sign = "−" if value < 0 else "+"
    text = show(abs(value), style)
    return sign + (text.removesuffix("%") + " pts" if style == "percent" else text)


def show_amount(value: float, player_type: str, kind: str, stat: str, places: int = 0) -> str:
    """An error in the results' unit: thousandths or runs for rates, else PA, BF or events; `places` adds digits."""
    if kind != "rate":
        return f"{value:.{1 + places}f}"
    runs = FORMATS[player_type][stat].style == "runs"
    return f"{value:.{3 + places}f}" if runs else f"{1000 * value:.{2 + places}f}"


def show_error(value: float, style: str) -> str:
    """An error of a rate: thousandths for rates, runs for ERA and WHIP."""
    return f"{value:.3f}" if style == "runs" else f"{1000 * value:.1f}"
