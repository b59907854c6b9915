"""The verb `fbm project`: one player's projection by every system, the best measured one first.

Not here: the rates (publish.projections), which system is best (baseball.systems).
"""

import argparse
import difflib
import unicodedata
from collections.abc import Iterable

from fbm_pipeline.baseball.systems import in_order_of_merit
from fbm_pipeline.cli.errors import CommandError
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

SHOWN = ("so_rate", "bb_rate", "hr_rate", "h_rate", "obp", "slg", "era", "whip")
TABLE = "publish.projections"
SUGGESTIONS = 5


def project(settings: Settings, options: argparse.Namespace) -> int:
    """Print the rows of every player whose name holds the text. Raises CommandError, with near names, for none."""
    season = options.season or settings.preset.projection_season
    store = Store(settings.store_root, TABLES)
    if not store.exists(TABLE):
        raise CommandError(f"{TABLE} does not exist; materialize it first (make demo, make real)")
    with session(store, tables=[TABLE]) as connection:
        rows = connection.execute(f"select * from {TABLE} where season = $season", {"season": season}).df()
    if rows.empty:
        raise CommandError(f"no projections of {season}; the season of this run is {settings.preset.projection_season}")
    text = plain(options.player)
    players = rows[rows["name"].map(lambda name: text in plain(name)) | (rows["mlbam_id"].astype(str) == text)]
    if players.empty:
        raise CommandError(_nobody_named(options.player, season, rows["name"].unique()))
    places = {name: place for place, name in enumerate(in_order_of_merit(set(players["system"])))}
    ranked = players.assign(place=players["system"].map(places)).sort_values(
        ["name", "mlbam_id", "player_type", "place"]
    )
    columns = ["name", "player_type", "system", "opportunities", *[name for name in SHOWN if name in ranked]]
    print(ranked[columns].round(4).to_string(index=False, na_rep="-"))
    return 0


def plain(name: str) -> str:
    """The name without case and accents."""
    letters = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def near_names(text: str, names: Iterable[str]) -> list[str]:
    """At most SUGGESTIONS names like the text, the nearest first: as a whole, or one of their words."""
    keys: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        whole = plain(name)
        for key in {whole, *whole.split()}:
            keys.setdefault(key, []).append(name)
    matches = difflib.get_close_matches(plain(text), keys, n=SUGGESTIONS)
    return list(dict.fromkeys(name for key in matches for name in keys[key]))[:SUGGESTIONS]


def _nobody_named(text: str, season: int, names: Iterable[str]) -> str:
    near = near_names(text, names)
    advice = f"did you mean {', '.join(near)}?" if near else "no name is like it; try a shorter part"
    return f"no projection of {season} for {text!r}: {advice}"
