"""What measured physics foretells, as rows of evaluation.level1: within a season, and of batted balls the next season.

Belongs here: which encoder reads which games. An encoder has seen nothing of what it is to foretell: not the August
of its own cutoff, not a season after it. Not here: the embeddings (training), the tests (evaluation).
"""

import datetime as dt

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.physics_players import Arm, load_control_pairs, load_halves
from fbm_pipeline.evaluation.physics_test import STATISTICS, WITH, WITHOUT, batted_ball_rows, within_season_rows
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.physics_arms import physics_means
from fbm_pipeline.training.season_embeddings import SeasonMeans

CONTROL = "control"


def physics_rows(store: Store, settings: Settings) -> pa.Table:
    """The rows of both tests, those that the preset's encoders and the store's seasons allow."""
    parts = []
    latest = settings.preset.encoders[-1].cutoff
    if _holds(store, latest):
        means = physics_means(store, settings, latest, latest, before_august=True)
        arms = {WITH: _arms({latest: means[True]}), WITHOUT: _arms({latest: means[False]})}
        halves = load_halves(store, latest, split=_august(latest))
        parts.append(within_season_rows(halves, arms, data=settings.data_kind, cutoff=latest, season=latest))
    physics = settings.preset.physics_encoder
    if physics is not None:
        targets = [season for season in settings.preset.test_seasons if season > physics.cutoff]
        found = {
            season - 1: physics_means(store, settings, physics.cutoff, season - 1, before_august=False)
            for season in targets
        }
        arms = {
            name: _arms({season: means[read] for season, means in found.items()})
            for name, read in ((WITH, True), (WITHOUT, False))
        }
        pairs = [one for one in load_control_pairs(store, CONTROL, targets) if one.stat in STATISTICS]
        parts.append(batted_ball_rows(pairs, arms, data=settings.data_kind, cutoff=physics.cutoff))
    return pa.concat_tables(parts) if parts else store.contracts["evaluation.level1"].schema.empty_table()


def _arms(by_season: dict[int, dict[str, SeasonMeans]]) -> dict[str, Arm]:
    return {
        player_type: Arm(
            np.concatenate([np.full(len(means[player_type].mlbam_id), season) for season, means in by_season.items()]),
            np.concatenate([means[player_type].mlbam_id for means in by_season.values()]),
            np.concatenate([means[player_type].plate_appearances.astype(np.float64) for means in by_season.values()]),
            np.concatenate([means[player_type].means for means in by_season.values()]),
        )
        for player_type in PLAYER_TYPES
    }


def _holds(store: Store, season: int) -> bool:
    return any(part["season"] == season for part in store.partitions("core.pitches"))


def _august(season: int) -> dt.date:
    return dt.date(season, 8, 1)
