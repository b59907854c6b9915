"""The player's card: the data of every projected player as compact JSON, and the section that shows one of them.

Not here: the script that fills the card (page_script).
"""

import json

import numpy as np
import pandas as pd

from fbm_pipeline.report.formats import FORMATS, OPPORTUNITIES, SYSTEM_LABELS

SYSTEMS = ("marcel", "control", "contextual", "ensemble")
HISTORY = {"mlb": "majors", "mle": "minors", "blended": "majors and minors"}
VALUES = ("", "_p10", "_p90")
SCALE = 10_000  # rates travel as integers in ten-thousandths: half the size of decimals


def card_data(projections: pd.DataFrame, ages: pd.DataFrame) -> dict:
    """Everything the card shows: statistics with their axis, and one list per player.

    `ages` holds player_type, mlbam_id and age. A player is [type, id, name, team, age, archetype, source,
    opportunities, ip, values]; values run statistic by statistic, within it system by system: rate, p10, p90.
    """
    stats, players = {}, []
    shown = [system for system in SYSTEMS if system in set(projections["system"])]
    for player_type, forms in FORMATS.items():
        own = projections[projections["player_type"] == player_type].merge(
            ages[["player_type", "mlbam_id", "age"]], on=["player_type", "mlbam_id"], how="left"
        )
        wide = {system: own[own["system"] == system].set_index("mlbam_id").sort_index() for system in shown}
        columns = [f"{stat}{value}" for stat in forms for value in VALUES]
        stats[player_type] = [
            {"key": stat, "label": form.label, "title": form.title, "style": form.style, **_axis(wide, stat)}
            for stat, form in forms.items()
        ]
        blocks = [wide[system][columns].to_numpy(np.float64).reshape(-1, len(forms), 3) for system in shown]
        values = np.rint(SCALE * np.stack(blocks, axis=2)).reshape(len(blocks[0]), -1)  # (player, stat*system*3)
        players += [
            _player(player_type, row, values[i])
            for i, row in enumerate(wide["ensemble"].reset_index().to_dict("records"))
        ]
    return {
        "scale": SCALE, "systems": [{"key": name, "label": SYSTEM_LABELS[name]} for name in shown],
        "opportunities": OPPORTUNITIES, "stats": stats, "players": players,
    }  # fmt: skip


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

    archetype, age, ip = (known(row[name]) for name in ("archetype", "age", "ip"))
    return [
        player_type, row["mlbam_id"], row["name"], known(row["team"]) or "",
        None if age is None else round(float(age), 1),  # type: ignore[arg-type]
        None if archetype is None else int(archetype),  # type: ignore[call-overload]
        HISTORY.get(row["identity_source"], row["identity_source"]), round(row["opportunities"]),
        None if ip is None else round(float(ip)),  # type: ignore[arg-type]
        [None if np.isnan(value) else int(value) for value in values],
    ]  # fmt: skip


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
