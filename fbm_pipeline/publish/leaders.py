"""The leader boards: the best players by the best measured system, among those with a regular's playing time."""

import html

import pandas as pd

from fbm_pipeline.baseball.systems import in_order_of_merit
from fbm_pipeline.publish.formats import FORMATS, OPPORTUNITIES, SYSTEM_LABELS, show

ROWS = 10

BOARDS = {"batter": ("obp", "hr_rate", "iso", "so_rate"), "pitcher": ("era", "whip", "so_rate", "bb_rate")}

# A regular: at least this share of the most opportunities projected to anybody.
REGULAR_SHARE = {"batter": 0.6, "pitcher": 0.5}


def regulars_floor(rows: pd.DataFrame, player_type: str) -> int:
    """The opportunities that make a regular, to full tens."""
    return int(REGULAR_SHARE[player_type] * rows["opportunities"].max() // 10 * 10) if len(rows) else 0


def leader_boards(projections: pd.DataFrame) -> str:
    """HTML of all boards; `projections` holds rows as publish.projections. They stand on the best system in them."""
    parts = []
    best = in_order_of_merit(set(projections["system"]))[0]
    for player_type, stats in BOARDS.items():
        rows = projections[(projections["system"] == best) & (projections["player_type"] == player_type)]
        floor = regulars_floor(rows, player_type)
        regulars = rows[rows["opportunities"] >= floor]
        boards = "".join(_board(regulars, player_type, stat) for stat in stats)
        parts.append(
            f'<h3>{player_type.title()}s</h3><p class="note">By {SYSTEM_LABELS[best]}, the best of these '
            f"systems on real data, among players projected for {floor} {OPPORTUNITIES[player_type]} or more "
            f"({len(regulars)} of {len(rows)}). The bar runs from the 10th to "
            f'the 90th percentile of what the player may show.</p><div class="boards">{boards}</div>'
        )
    return "".join(parts)


def _board(regulars: pd.DataFrame, player_type: str, stat: str) -> str:
    form = FORMATS[player_type][stat]
    ranked = regulars.dropna(subset=[stat]).sort_values([stat, "mlbam_id"], ascending=[not form.higher_is_better, True])
    best = ranked.head(ROWS)
    low, high = best[f"{stat}_p10"].min(), best[f"{stat}_p90"].max()
    body = "".join(
        f'<tr><td class="rank">{rank}</td><th scope="row">{player_link(row, player_type)}</th>'
        f'<td class="num">{show(row[stat], form.style)}</td>'
        f"<td>{range_bar(row[f'{stat}_p10'], row[stat], row[f'{stat}_p90'], low, high, form.style)}</td></tr>"
        for rank, row in enumerate(best.to_dict("records"), start=1)
    )
    direction = "highest" if form.higher_is_better else "lowest"
    return (
        f'<div class="board"><table><caption>{form.label} <small>{direction} {form.title}</small></caption>'
        '<colgroup><col class="rank"><col><col class="value"><col class="bar"></colgroup>'
        '<thead class="sr"><tr><th scope="col">Rank</th><th scope="col">Player</th>'
        f'<th scope="col">{form.label}</th><th scope="col">10th to 90th percentile</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def player_link(row: dict, player_type: str) -> str:
    """The player's name as a link to his card, his team beside it."""
    team = f' <span class="team">{html.escape(row["team"])}</span>' if isinstance(row["team"], str) else ""
    return f'<a href="#{player_type}-{row["mlbam_id"]}">{html.escape(row["name"])}</a>{team}'


def range_bar(p10: float, mean: float, p90: float, low: float, high: float, style: str) -> str:
    """A small bar from p10 to p90 with a mark at the mean, on an axis from `low` to `high`."""
    span = max(high - low, 1e-9)
    start, width, mark = ((p10 - low) / span, (p90 - p10) / span, (mean - low) / span)
    label = f"{show(p10, style)} to {show(p90, style)}"
    return (
        f'<span class="range" role="img" aria-label="{label}" title="{label}">'
        f'<i style="left:{100 * start:.1f}%;width:{100 * width:.1f}%"></i>'
        f'<b style="left:{100 * mark:.1f}%"></b></span>'
    )
