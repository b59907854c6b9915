"""Where the contextual projection leaves Marcel most, counted in the spread of players so that statistics compare."""

import pandas as pd

from fbm_pipeline.publish.formats import FORMATS, show, show_change
from fbm_pipeline.publish.leaders import player_link, regulars_floor

ROWS = 10
STATS = {"batter": ("obp", "iso", "hr_rate", "so_rate", "bb_rate"), "pitcher": ("era", "so_rate", "bb_rate", "hr_rate")}


def largest_adjustments(projections: pd.DataFrame, player_type: str) -> pd.DataFrame:
    """The rows with the largest |contextual - marcel| in standard deviations of Marcel's rates, one per player.

    Columns: mlbam_id, name, team, stat, marcel, contextual, ensemble, change, deviations.
    """
    type_rows = projections[projections["player_type"] == player_type]
    marcel = type_rows[type_rows["system"] == "marcel"].set_index("mlbam_id").sort_index()
    regulars = marcel[marcel["opportunities"] >= regulars_floor(marcel, player_type)]
    others = {
        system: type_rows[type_rows["system"] == system].set_index("mlbam_id").reindex(regulars.index)
        for system in ("contextual", "ensemble")
    }
    parts = []
    for stat in STATS[player_type]:
        spread = regulars[stat].std()
        change = others["contextual"][stat] - regulars[stat]
        parts.append(
            regulars[["name", "team"]].assign(
                stat=stat,
                marcel=regulars[stat],
                contextual=others["contextual"][stat],
                ensemble=others["ensemble"][stat],
                change=change,
                deviations=change / spread if spread > 0 else 0.0,
            )
        )
    rows = pd.concat(parts).reset_index()
    rows["size"] = rows["deviations"].abs()
    ranked = rows.sort_values(["size", "mlbam_id", "stat"], ascending=[False, True, True])
    return ranked.drop_duplicates("mlbam_id").head(ROWS).drop(columns="size")


def adjustment_tables(projections: pd.DataFrame) -> str:
    """HTML of the largest adjustments of both player types."""
    tables = "".join(_table(largest_adjustments(projections, player_type), player_type) for player_type in STATS)
    return (
        '<p class="note">Regulars only, each with the statistic that moved most, measured in standard deviations '
        "of Marcel's rates so that statistics can be compared. Green is better for the player, red is worse.</p>"
        f'<div class="pair">{tables}</div>'
    )


def _table(rows: pd.DataFrame, player_type: str) -> str:
    body = ""
    for row in rows.to_dict("records"):
        form = FORMATS[player_type][row["stat"]]
        good = (row["change"] > 0) == form.higher_is_better
        tone = "flat" if row["change"] == 0 else "good" if good else "bad"
        body += (
            f'<tr><th scope="row">{player_link(row, player_type)}</th><td>{form.label}</td>'
            f'<td class="num">{show(row["marcel"], form.style)} → {show(row["contextual"], form.style)}</td>'
            f'<td class="num {tone}">{show_change(row["change"], form.style)}</td>'
            f'<td class="num wide">{show(row["ensemble"], form.style)}</td></tr>'
        )
    return (
        f'<div class="scroll" tabindex="0"><table class="plain"><caption>{player_type.title()}s</caption>'
        '<thead><tr><th scope="col">Player</th><th scope="col">Stat</th>'
        '<th scope="col" class="num">Marcel → contextual</th><th scope="col" class="num">Change</th>'
        f'<th scope="col" class="num wide">Ensemble</th></tr></thead><tbody>{body}</tbody></table></div>'
    )
