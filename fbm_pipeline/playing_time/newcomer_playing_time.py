"""`features.newcomer_playing_time`: opportunities to expect of players whom only the minors know.

Whoever has a line in AAA or AA in the three seasons before and none in the majors is projected; most of them never
come, and teach as zero. Learned from target seasons before the one projected: the chance to play at all by what those
have who play, brought to the total of newcomers in the latest seasons; the quantiles are trees of their own. Only lines
with an id have an owner: the 2-5 % of plate appearances whose player no id or name leads to neither teach nor are
projected. Not here: the columns (`newcomer_inputs`), the fits (`newcomer_learning`), players with a line in the majors
(`marcel.playing_time_model`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.marcel.playing_time import batters_per_out
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories, SeasonLines, read_season_lines
from fbm_pipeline.mle.evidence import Evidence, read_evidence
from fbm_pipeline.mle.minor_lines import read_minor_lines
from fbm_pipeline.mle.teaching import teaching_seasons
from fbm_pipeline.mle.translations import TABLE as TRANSLATIONS
from fbm_pipeline.mle.translations import TranslationError, read_translations
from fbm_pipeline.playing_time.fits import QUANTILES
from fbm_pipeline.playing_time.model import PITCHERS_COLUMNS, to_the_total
from fbm_pipeline.playing_time.newcomer_inputs import newcomer_inputs
from fbm_pipeline.playing_time.newcomer_learning import MINIMUM_PLAYER_SEASONS, Learned, learn, taught
from fbm_pipeline.playing_time.schedule import planned_games, read_scheduled_games
from fbm_pipeline.playing_time.tables import NEWCOMER_PLAYING_TIME
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = NEWCOMER_PLAYING_TIME.name

# Times as many newcomers have this power of it times as many opportunities together. Chosen on targets 2010-2017 among
# 0, 1/2 and 1, before and after the lists of 2015 became twice as long: the seasons' totals miss by 16, 12 and 18 %.
LONGER_LIST = 0.5


def buildable_seasons(store: Store, settings: Settings, player_type: str) -> list[int]:
    """Seasons with translations and at least MINIMUM_PLAYER_SEASONS newcomers in target seasons before them.

    Not so for pitchers whose lines begin one season before: nobody came after a line yet.
    """
    translated = _translated_seasons(store, player_type)
    targets = {season: teaching_targets(store, player_type, season) for season in translated}
    every = sorted({target for taught_by in targets.values() for target in taught_by})
    if not every:
        return []
    evidence = read_evidence(store, player_type, every, max(every) - 1)
    newcomers = evidence.season[evidence.is_newcomer]
    return [
        season for season, taught_by in targets.items() if np.isin(newcomers, taught_by).sum() >= MINIMUM_PLAYER_SEASONS
    ]


def teaching_targets(store: Store, player_type: str, season: int) -> list[int]:
    """Target seasons before `season` that can teach it and have translations of their own, fitted before them."""
    return sorted(set(teaching_seasons(store, season)) & set(_translated_seasons(store, player_type)))


def _translated_seasons(store: Store, player_type: str) -> list[int]:
    parts = store.partitions(TRANSLATIONS)
    return sorted(int(part["season"]) for part in parts if part["player_type"] == player_type)


def newcomer_playing_time(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.newcomer_playing_time` of a season: every newcomer with a line in the minors.

    Opportunities are PA or BF of the planned schedule, `if_regular` null where fewer than MINIMUM_REGULARS newcomers
    teach it. Pitchers' outs are their batters at the league's rate; their role is that in the minors and null where
    starts are not recorded, the chances of a role are always null: no source has them. Raises TranslationError for a
    season without translations or with fewer than MINIMUM_PLAYER_SEASONS newcomers before it.
    """
    targets = teaching_targets(inputs, player_type, season)
    if season not in _translated_seasons(inputs, player_type) or not targets:
        raise TranslationError(
            f"{TRANSLATIONS} of {player_type}s must hold {season} and a target season before it that can teach "
            f"(found {targets}); materialize them, or ask for a later season than {season}."
        )
    target_seasons = [*targets, season]
    first = min(target_seasons) - SEASONS_BACK
    evidence = read_evidence(inputs, player_type, target_seasons, season - 1)
    evidence = evidence.chosen(evidence.is_newcomer)
    scheduled = read_scheduled_games(inputs, first, season - 1)
    minors = read_minor_lines(inputs, player_type, first, season - 1)
    fitted = {year: read_translations(inputs, player_type, year).fitted for year in target_seasons}
    values = newcomer_inputs(evidence, minors, fitted).values
    recent = read_season_lines(inputs, player_type, season - SEASONS_BACK, season - 1)
    return newcomer_table(evidence, values, scheduled, recent, season)


def newcomer_table(
    evidence: Evidence, values: np.ndarray, scheduled: Mapping[int, float], lines: SeasonLines, season: int
) -> pa.Table:
    """Rows for the newcomers of `season`, learned from those of the earlier seasons of `evidence`.

    `values` (n, k) are its inputs, `lines` the majors' of the three seasons before. Raises TranslationError.
    """
    before = evidence.season < season
    learned = learn(taught(evidence.chosen(before), values[before], scheduled))
    players, rows = evidence.chosen(evidence.season == season), values[evidence.season == season]
    planned, n = planned_games(scheduled, season), len(rows)
    columns: dict[str, Any] = {
        "season": players.season,
        "player_type": [players.player_type] * n,
        "as_of": [preseason(season)] * n,
        "mlbam_id": players.mlbam_id,
        "if_regular": [None] * n,
        "trained_from": [learned.trained_from] * n,
        "trained_until": [learned.trained_until] * n,
        "n": [learned.n] * n,
    }
    with threadpool_limits(1):
        columns["opportunities"] = planned * _to_the_total(learned.expectation(rows), learned)
        quantiles = learned.quantiles(rows)
        if learned.if_regular:
            columns["if_regular"] = planned * learned.if_regular(rows)
    columns |= {f"p{round(100 * q)}": planned * quantiles[:, i] for i, q in enumerate(QUANTILES)}
    columns |= _pitchers_columns(players, lines, columns)
    schema = NEWCOMER_PLAYING_TIME.schema
    arrays = [pa.array(columns[field.name], field.type, from_pandas=True) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _to_the_total(expected: np.ndarray, learned: Learned) -> np.ndarray:
    """Scaled to sum to what newcomers had in the latest seasons, a longer list somewhat more.

    More newcomers share the same places on rosters; but publishers also came to list more players, some of whom play.
    """
    return to_the_total(expected, learned.total * (len(expected) / learned.newcomers) ** LONGER_LIST)


def _pitchers_columns(players: Evidence, lines: SeasonLines, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Outs with their quantiles and the role; all null for batters."""
    n = len(players.season)
    role_columns: dict[str, Any] = {name: [None] * n for name in PITCHERS_COLUMNS}
    if players.player_type == "batter":
        return role_columns
    nobody = np.full((n, SEASONS_BACK), -1)  # without a line of his own a pitcher has the league's batters per out
    faced = batters_per_out(lines, Histories(players.season, players.mlbam_id, players.age, nobody))
    outs = {"outs": columns["opportunities"]} | {f"outs_{name}": columns[name] for name in ("p10", "p90")}
    roles: Sequence[str | None] = [None if role == "any" else role for role in players.role]
    return role_columns | {name: values / faced for name, values in outs.items()} | {"role": roles}
