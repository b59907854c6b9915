"""A comparison as lines for a terminal of 120 columns: scores by statistic and system, then pairs and verdicts.

Not here: the same rows as Parquet (files) and as a page (main_page).
"""

from collections.abc import Callable, Mapping

import pandas as pd

from fbm_pipeline.publish.formats import show_amount

_Show = Callable[[float], str]


def _places(places: int) -> _Show:
    return lambda value: f"{value:.{places}f}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def scores_text(scores: pd.DataFrame) -> list[str]:
    """One block per universe, seasons, kind and player type; rows as evaluation.scores in file order."""
    lines = []
    keys = ["comparison", "universe", "seasons", "kind", "player_type"]
    for key, rows in scores.groupby(keys, sort=False):
        _, universe, seasons, kind, player_type = map(str, key)
        lines += ["", f"{player_type}s, {kind.replace('_', ' ')}, universe {universe}, {seasons}"]
        lines.append(
            f"  {'stat':<13}{'n':>6}  {'system':<16}{'r':>7}{'RMSE':>9}{'raw':>9}{'slope':>7}{'sd':>6}"
            f"{'attain':>8}{'rank r':>8}{'top 20':>8}{'cover':>7}{'CRPS':>9}"
        )
        for stat, cells in rows.groupby(rows["stat"].astype("str"), sort=False):
            for place, row in enumerate(cells.to_dict("records")):
                name = f"{stat:<13}{row['n']:>6}" if place == 0 else " " * 19
                lines.append(f"  {name}  {row['system']:<16}{_figures(row, player_type, kind, str(stat))}")
    return lines


def _figures(row: Mapping, player_type: str, kind: str, stat: str) -> str:
    def amount(value: float) -> str:
        return show_amount(value, player_type, kind, stat)

    shown: tuple[tuple[str, int, _Show], ...] = (
        ("r", 7, _places(3)),
        ("rmse", 9, amount),
        ("rmse_raw", 9, amount),
        ("slope", 7, _places(2)),
        ("sd_ratio", 6, _places(2)),
        ("attainable", 8, _percent),
        ("rank_r", 8, _places(3)),
        ("top20", 8, _percent),
        ("coverage", 7, _percent),
        ("crps", 9, amount),
    )
    return "".join(f"{'-' if pd.isna(row[name]) else show(row[name]):>{width}}" for name, width, show in shown)


def pairs_text(pairs: pd.DataFrame) -> list[str]:
    """One block per pair, universe, seasons and kind: differences new less base, 95 % intervals, verdicts."""
    lines = []
    keys = ["comparison", "universe", "kind", "base", "new"]
    for key, rows in pairs.groupby(keys, sort=False):
        _, universe, kind, base, new = map(str, key)
        seasons = "; ".join(dict.fromkeys(rows["seasons"]))
        lines += ["", f"{new} less {base}, {kind.replace('_', ' ')}, universe {universe}, {seasons}"]
        lines += difference_lines(rows)
    return lines


def difference_lines(rows: pd.DataFrame) -> list[str]:
    """A heading and a line per statistic of one pair: both differences, their p values and the verdict."""
    lines = [f"  {'':<22}{'n':>6}{'players':>8}  {'r':<25}{'Holm':>6}  {'RMSE':<28}{'Holm':>6}  verdict"]
    for row in rows.to_dict("records"):
        r, rmse = interval_text(row, "r"), interval_text(row, "rmse")
        lines.append(
            f"  {row['player_type']:<8}{row['stat']:<14}{row['n']:>6}{row['players']:>8}  {r:<25}"
            f"{_p(row['holm_r']):>6}  {rmse:<28}{_p(row['holm_rmse']):>6}  {row['verdict']}"
        )
    return lines


def interval_text(row: Mapping, measure: str) -> str:
    """`+0.012 [+0.004, +0.020]` of r or rmse, or a dash where the difference is unknown."""
    values = [row[f"d_{measure}{end}"] for end in ("", "_low", "_high")]
    if pd.isna(values[0]):
        return "-"
    value, low, high = (f"{value:+.3f}" if measure == "r" else amount_change(value, row) for value in values)
    return f"{value} [{low}, {high}]"


def amount_change(value: float, row: Mapping) -> str:
    """A difference of two errors with its sign, in the unit that errors of the row's statistic are printed in."""
    text = show_amount(abs(value), row["player_type"], row["kind"], row["stat"], places=1)
    return ("-" if value < 0 else "+") + text


def _p(value: float | None) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.3f}"


def looks_text(counts: Mapping[str, int], systems: list[str]) -> list[str]:
    """How many configurations of each system the test seasons have been looked at with."""
    known = ", ".join(f"{system} {counts[system]}" for system in systems if system in counts)
    return ["", f"Configurations whose test seasons have been looked at: {known or 'none'}."]
