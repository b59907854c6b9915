"""`docs/results/level1.*`: the rows of evaluation.level1 as CSV, faces, two pictures, and a page around them.

Real and simulated rows live side by side; a run replaces the rows, the faces and the pictures of its own kind.
Aggregates and public facts of baseball only. Not here: the page's words (level1_page), the faces (level1_faces).
"""

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.scoring import seasons_label
from fbm_pipeline.publish.writing import replace_file, replace_text
from fbm_pipeline.results.level1_faces import Faces, find_faces
from fbm_pipeline.results.level1_figures import figure_collapse, figure_words
from fbm_pipeline.results.level1_page import Record, level1_page
from fbm_pipeline.results.level1_rows import COLLAPSE, TABLE, USEFUL, merged_rows
from fbm_pipeline.results.level1_useful import chosen_arm
from fbm_pipeline.results.looks import LOOK_COLUMNS, read_looks
from fbm_pipeline.results.result_tables import write_rows
from fbm_pipeline.results.results_page import KINDS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store, inputs_key

SUFFIX = {"real": "", "simulated": "_simulated"}  # of the pictures' names
_LOOK_PLACES = 6


def write_level1(store: Store, settings: Settings, docs: Path) -> list[Path]:
    """Write level1.csv, level1.json, the pictures, looks.csv and level1.md under `docs`/results; returns their paths.

    Raises EvaluationError when evaluation.level1 is empty, a face lacks what it needs, or a file is not this command's;
    nothing is written then.
    """
    kind, folder = settings.data_kind, docs / "results"
    rows = merged_rows(folder / "level1.csv", _rows(store, kind), kind)
    looks = _with_look(read_looks(folder / "looks.csv"), rows[rows["data"] == kind], settings)
    records = _read_records(folder / "level1.json")
    faces = find_faces(store, settings)
    collapse = rows[(rows["data"] == kind) & (rows["section"] == COLLAPSE)]
    pictures = {"words": figure_words(faces.maps)}
    if len(collapse):
        pictures["collapse"] = figure_collapse(collapse)
    names = {name: f"level1_{name}{SUFFIX[kind]}.png" for name in pictures}
    records = {**records, kind: _record(settings, faces, names)}
    records = {known: records[known] for known in KINDS if known in records}
    told = {known: asdict(record) for known, record in records.items()}
    return [
        write_rows(folder / "level1.csv", rows),
        replace_text(folder / "level1.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n"),
        *(_write_picture(folder / names[name], picture) for name, picture in pictures.items()),
        write_rows(folder / "looks.csv", looks),
        replace_text(folder / "level1.md", level1_page(rows, records)),
    ]


def _rows(store: Store, data_kind: str) -> pd.DataFrame:
    found = pd.DataFrame()
    if store.exists(TABLE):
        with session(store, tables=[TABLE]) as connection:
            found = connection.execute(f"select * from {TABLE} where data = $data", {"data": data_kind}).df()
    if found.empty:
        raise EvaluationError(f"{TABLE} holds no {data_kind} rows. Next: materialize {TABLE}, then write the results.")
    return found


def _with_look(looks: pd.DataFrame, rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The record with the chosen block's test scores as a look, where no such scores were seen before.

    A configuration is the hash of what the arm scores on the test seasons: it changes with what it projects.
    """
    useful, test = rows[rows["section"] == USEFUL], seasons_label(settings.preset.test_seasons)
    arm = chosen_arm(useful)
    seen = useful[(useful["arm"] == arm) & (useful["seasons"] == test) & useful["measure"].isin(["rmse", "r"])]
    if arm is None or seen.empty:
        return looks
    scores = [
        [row["player_type"], row["stat"], row["measure"], f"{row['value']:.{_LOOK_PLACES}f}"]
        for row in seen.sort_values(["player_type", "stat", "measure"]).to_dict("records")
    ]
    configuration, system = inputs_key(scores=scores)[:12], f"level1 {arm}"
    held = looks[(looks["data"] == settings.data_kind) & (looks["system"] == system)]
    if configuration in set(held["configuration"]):
        return looks
    fresh = pd.DataFrame([(settings.data_kind, system, len(held) + 1, configuration, test)], columns=list(LOOK_COLUMNS))
    table = pd.concat([part for part in (looks, fresh) if len(part)], ignore_index=True)
    return table.sort_values(["data", "system", "look"]).reset_index(drop=True)


def _record(settings: Settings, faces: Faces, figures: dict[str, str]) -> Record:
    preset = settings.preset
    encoders = [[plan.cutoff, plan.first_season] for plan in preset.encoders]
    development, test = seasons_label(preset.development_seasons), seasons_label(preset.test_seasons)
    return Record(preset.name, encoders, development, test, figures, faces.tables)


def _read_records(target: Path) -> dict[str, Record]:
    """By kind of data. Raises EvaluationError for a file that is not this command's."""
    if not target.is_file():
        return {}
    try:
        known = json.loads(target.read_text(encoding="utf-8"))
        return {kind: Record.from_json(record) for kind, record in known.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            f"{target.name} was not written by this command ({error!r}). Next: move it away and write the results "
            "again."
        ) from error


def _write_picture(target: Path, picture: bytes) -> Path:
    return replace_file(target, lambda path: path.write_bytes(picture))
