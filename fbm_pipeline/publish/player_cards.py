"""The player's card: the data of every projected player as compact JSON, and the section that shows one of them.

Not here: the script that fills the card (page.js).
"""

import json

import numpy as np
import pandas as pd

from fbm_pipeline.baseball.systems import in_order_of_merit
from fbm_pipeline.publish.formats import FORMATS, OPPORTUNITIES, SYSTEM_LABELS
from fbm_pipeline.publish.rate_sources import Sources

SYSTEMS = ("control_full", "control", "contextual", "ensemble", "marcel")
HISTORY = {"mlb": "majors", "mle": "minors", "blended": "majors and minors"}
CLUB_FROM = {"roster": "on its winter roster", "last_line": "his last club", "parent_club": "his parent club"}
VALUES = ("", "_p10", "_p90")
SCALE = 10_000  # rates travel as integers in ten-thousandths: half the size of decimals


def card_data(projections: pd.DataFrame, ages: pd.DataFrame, sources: Sources) -> dict:
    """Everything the card shows: statistics with their axis, and one list per player.

    `ages` holds player_type, mlbam_id and age. A player is [type, id, name, team, age, archetype, source,
    opportunities, ip, values, ends of opportunities, ends of ip, role, chance that it changes, sources, how the
    club is known]; ends are [p10, p90], null where not known, as are the role and, without a line in the minors,
    the sources (see `rate_sources`); values run statistic by statistic, within it system by system: rate, p10, p90.
    """
    stats, players = {}, []
    shown = in_order_of_merit(set(SYSTEMS) & set(projections["system"]))
    for player_type, forms in FORMATS.items():
        type_rows = projections[projections["player_type"] == player_type].merge(
            ages[["player_type", "mlbam_id", "age"]], on=["player_type", "mlbam_id"], how="left"
        )
        wide = {system: type_rows[type_rows["system"] == system].set_index("mlbam_id").sort_index() for system in shown}
        columns = [f"{stat}{value}" for stat in forms for value in VALUES]
        stats[player_type] = [
            {"key": stat, "label": form.label, "title": form.title, "style": form.style, **_axis(wide, stat)}
            for stat, form in forms.items()
        ]
        who = _who(type_rows)
        blocks = [
            wide[system].reindex(who.index)[columns].to_numpy(np.float64).reshape(-1, len(forms), 3) for system in shown
        ]
        values = np.rint(SCALE * np.stack(blocks, axis=2)).reshape(len(blocks[0]), -1)  # (player, stat*system*3)
        players += [
            [*_player(player_type, row, values[i]), sources.get((player_type, row["mlbam_id"])), _club_from(row)]
            for i, row in enumerate(who.reset_index().to_dict("records"))
        ]
    return {
        "scale": SCALE,
        "systems": [{"key": name, "label": SYSTEM_LABELS[name]} for name in shown],
        "opportunities": OPPORTUNITIES,
        "stats": stats,
        "players": players,
    }


def _who(type_rows: pd.DataFrame) -> pd.DataFrame:
    """One row per player, by id: of the best system that projects him."""
    places = {name: place for place, name in enumerate(in_order_of_merit(set(type_rows["system"])))}
    ranked = type_rows.assign(place=type_rows["system"].map(places))
    return ranked.sort_values(["mlbam_id", "place"]).drop_duplicates("mlbam_id").set_index("mlbam_id")


def _axis(systems: dict[str, pd.DataFrame], stat: str) -> dict[str, float]:
    """An axis that fits every bar of the players with playing time above the median, whose bars are not the widest,
    and the average player weighted by playing time.
    """
    marcel = systems["marcel"]
    if marcel[stat].notna().sum() == 0:
        return {"low": 0.0, "high": 1.0, "average": 0.5}
    regular = [rows[rows["opportunities"] >= rows["opportunities"].median()] for rows in systems.values()]
    return {
        "low": round(min(float(rows[f"{stat}_p10"].min()) for rows in regular), 4),
        "high": round(max(float(rows[f"{stat}_p90"].max()) for rows in regular), 4),
        "average": round(float(np.average(marcel[stat], weights=marcel["opportunities"])), 4),
    }


def _player(player_type: str, row: dict, values: np.ndarray) -> list:
    def known(value: object) -> object:
        return None if value is None or value != value else value

    def whole(name: str) -> int | None:
        return None if known(row[name]) is None else round(float(row[name]))

    archetype, age, role, change = (known(row[name]) for name in ("archetype", "age", "role", "role_change"))
    return [
        player_type,
        row["mlbam_id"],
        row["name"],
        known(row["team"]) or "",
        None if age is None else round(float(age), 1),  # type: ignore[arg-type]
        None if archetype is None else int(archetype),  # type: ignore[call-overload]
        HISTORY.get(row["identity_source"], row["identity_source"]),
        round(row["opportunities"]),
        whole("ip"),
        [None if np.isnan(value) else int(value) for value in values],
        *([whole(f"{name}_p10"), whole(f"{name}_p90")] for name in ("opportunities", "ip")),
        role,
        None if change is None else round(float(change), 2),  # type: ignore[arg-type]
    ]


def _club_from(row: dict) -> str | None:
    return CLUB_FROM.get(row["team_from"]) if isinstance(row["team_from"], str) else None


def embed(data: dict) -> str:
    """The data as a script element that no text inside can close."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="players">{text}</script>'


CARD_SECTION = """
<div class="search">
<label for="find">Find a player</label>
<input id="find" type="search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list"
 autocomplete="off" spellcheck="false" placeholder="Type a name or a team">
<ul id="found" role="listbox" aria-label="Players found" hidden></ul>
</div>
<article id="card" class="card" aria-live="polite" hidden></article>
<noscript><p class="note">The card needs scripts. The same numbers lie in the CSV beside this report.</p></noscript>
"""
