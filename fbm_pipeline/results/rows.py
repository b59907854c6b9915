"""Rows of the files: the scores that stand behind the pages, rounded and in a fixed order, and what trainings reached.

Not here: all other rows, which are data of the run as they were made (files).
"""

from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.universes import COMMON, FULL, SYSTEMS, TIERS, UNIVERSES
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.sheets import KINDS, RATE, scored_statistics
from fbm_pipeline.evaluation.tables import PAIRS, SCORES
from fbm_pipeline.evaluation.useful_test import MAIN_STATISTICS
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.publish.writing import replace_file
from fbm_pipeline.settings import Settings

SCORE_COLUMNS = tuple(SCORES.column_names)
PAIR_COLUMNS = tuple(PAIRS.column_names)
# `physics` and `network_minors` ask about parts of these; their rows are in the run.
COMPARISONS = ("controls", "public", "network", "minors", "minors_public")
PAGE_UNIVERSES = (FULL, COMMON, *TIERS)
TRAINING_COLUMNS = ("data", "training", "player_type", "season", "run", "metric", "value")
FOLD_METRICS = ("samples", "best_epoch", "validation_season", "validation_nll", "marcel_nll")
MOST_ROWS = 2000  # a file that people open and that is committed

_PLACES = 5  # digits after the point
_TRAINING_PLACES = 4
_ORDER = ("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "base", "new", "system")
_STATISTICS = tuple(dict.fromkeys(name for player_type in PLAYER_TYPES for name in scored_statistics(player_type)))
_KNOWN = {
    "comparison": tuple(REGISTERED),
    "universe": UNIVERSES,
    "kind": KINDS,
    "stat": _STATISTICS,
    "system": SYSTEMS,
    "base": SYSTEMS,
    "new": SYSTEMS,
}


def rounded(rows: pd.DataFrame) -> pd.DataFrame:
    """Figures as the pages read them: five digits, six for differences, which are small."""
    table = rows.copy()
    fields = [*SCORES.schema, *PAIRS.schema]
    for name in {field.name for field in fields if str(field.type) == "double"} & set(table.columns):
        table[name] = table[name].astype("float64").round(_PLACES + name.startswith("d_"))
    return table


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Comparisons, universes, statistics and systems as they are listed everywhere, not by the alphabet."""

    def rank(column: pd.Series) -> pd.Series:
        if column.name not in _KNOWN:
            return column
        places = {name: f"{place:03d}" for place, name in enumerate(_KNOWN[str(column.name)])}
        return column.map(lambda value: places.get(value, f"~{value}"))

    return rows.sort_values([name for name in _ORDER if name in rows.columns], key=rank).reset_index(drop=True)


def page_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Of pooled test rows those that scores.csv keeps: main statistics, all systems, main universes and tiers."""
    main = [stat in MAIN_STATISTICS[kind] for kind, stat in zip(scores["player_type"], scores["stat"], strict=True)]
    chosen = scores[
        pd.Series(main, index=scores.index, dtype="bool")
        & (scores["kind"] == RATE)
        & scores["comparison"].isin(COMPARISONS)
        & scores["universe"].isin(PAGE_UNIVERSES)
    ]
    return chosen[list(SCORE_COLUMNS)]


def write_scores(target: Path, rows: pd.DataFrame) -> Path:
    """Write the CSV, whole or not at all. Raises ValueError for more rows than a person opens."""
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{len(rows)} rows for {target.name}, at most {MOST_ROWS}: leave a comparison to the run")
    return replace_file(target, lambda path: rows.to_csv(path, index=False, lineterminator="\n"))


def training_rows(settings: Settings) -> pd.DataFrame:
    """One row per training and metric of the preset's encoders and folds; those never trained are absent.

    `run` ends the key of the training's MLflow run for folds and is the encoder's hash for Level 1; likelihoods are in
    nats a player, Level 1's in nats a hidden plate appearance of the held-out season.
    """
    rows = [*_encoder_rows(settings), *_fold_rows(settings)]
    return pd.DataFrame(rows, columns=list(TRAINING_COLUMNS)).round({"value": _TRAINING_PLACES})


def _encoder_rows(settings: Settings) -> list[tuple]:
    rows = []
    for plan in settings.preset.encoders:
        pointer = settings.checkpoints / "level1" / f"current-masked-{plan.cutoff}"
        if not pointer.is_file():
            continue
        checkpoint = load_checkpoint(pointer.parent / pointer.read_text(encoding="utf-8").strip())
        if checkpoint is not None:
            card = checkpoint.card
            rows += [
                (settings.data_kind, "level1", "", card["cutoff"], card["hash"], name, value)
                for name, value in sorted(card["metrics"].items())
            ]
    return rows


def _fold_rows(settings: Settings) -> list[tuple]:
    rows = []
    seasons = (*settings.preset.network_seasons, settings.preset.projection_season)
    for player_type in PLAYER_TYPES:
        for season in seasons:
            folder: Path = settings.checkpoints / player_type / str(season) / "finished"
            checkpoint = load_checkpoint(folder)
            if checkpoint is None:
                continue
            card = checkpoint.card
            rows += [
                (settings.data_kind, "network", player_type, season, card["inputs"][:12], name, card[name])
                for name in FOLD_METRICS
            ]
    return rows
