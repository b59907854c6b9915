"""What the minors add to the hand-made store: translated rates, newcomers with their playing time, debutants' means."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, head_statistics, statistics
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made

# In the minors before 2019. The first of each type are the debutants of 2019, the others did not come.
NEWCOMERS = {"batter": (60, 71, 72), "pitcher": (1060, 1071)}
OF_NO_LINE = {"batter": 81, "pitcher": 1081}  # they play in 2019, and nobody knew a line of theirs
BORN = {81: dt.date(1999, 3, 1)}  # 20 in the middle of 2019; the pitcher's birth date is unknown
OWN = {"mle": 40.0, "debut_mean": 4000.0}  # concentrations
NEWCOMERS_RATE = 0.21
CONTROL = 1.03


def write_newcomers(
    store: Store, season: int, newcomers: Mapping[str, Sequence[int]] = NEWCOMERS, blended: Sequence[int] = ()
) -> None:
    """features.mle_rates: for whom Marcel knows a little above Marcel, for newcomers NEWCOMERS_RATE and by system a
    hundredth more each; and the controls with the minors. Of `blended` the minors tell a part as well.
    """
    for player_type in PLAYER_TYPES:
        partition = {"player_type": player_type, "season": season}
        every = store.delta("features.marcel_rates").to_pyarrow_table(
            filters=[(name, "=", value) for name, value in partition.items()]
        )
        marcel = every.to_pandas().query("system == 'marcel'")
        known = marcel[["season", "player_type", "as_of", "mlbam_id", "statistic"]].assign(
            rate=marcel["rate"] * 1.02, source="mlb", minor_weight=0.0
        )
        known.loc[known["mlbam_id"].isin(list(blended)), ["source", "minor_weight"]] = ["blended", 90.0]
        names = [item.name for item in statistics(player_type)]
        pairs = [(player, name) for player in newcomers[player_type] for name in names]
        fresh = pd.DataFrame(pairs, columns=["mlbam_id", "statistic"]).assign(
            season=season,
            player_type=player_type,
            as_of=preseason(season),
            rate=NEWCOMERS_RATE,
            source="mle",
            minor_weight=150.0,
        )
        heads = [item.name for item in head_statistics(player_type)]
        parts = []
        for place, system in enumerate(("mle", "component_factors", "debut_mean")):
            told = fresh.assign(rate=fresh["rate"] + 0.01 * place)
            rows = pd.concat([known, told], ignore_index=True).assign(system=system, weight=400.0)
            own = OWN.get(system)
            parts.append(rows.assign(concentration=rows["statistic"].isin(heads).map({True: own, False: None})))
        rows = pd.concat(parts).assign(
            trained_until=season - 1, minor_rate=lambda found: found["rate"].where(found["minor_weight"] > 0)
        )
        _write(store, "features.mle_rates", partition, rows)
        _write_controls(store, partition, marcel)


def _write_controls(store: Store, partition: dict[str, int | str], marcel: pd.DataFrame) -> None:
    """The controls with the minors beside those that were made: of whom Marcel knows CONTROL of what he says."""
    filters = [(name, "=", value) for name, value in partition.items()]
    made = store.delta("features.control_rates").to_pyarrow_table(filters=filters).to_pandas()
    own = marcel.assign(rate=marcel["rate"] * CONTROL, trained_from=2015, trained_until=partition["season"], n=1)
    minors = [own.assign(system=name) for name in ("ridge_minors", "control_minors", "control_full")]
    _write(store, "features.control_rates", partition, pd.concat([made, *minors], ignore_index=True))


def _write(store: Store, name: str, partition: dict[str, int | str], rows: pd.DataFrame) -> None:
    schema = store.contracts[name].schema
    store.write(name, partition, pa.Table.from_pandas(rows[schema.names], schema, preserve_index=False))


def write_debut_means(store: Store, season: int) -> None:
    """features.debut_means: a tenth and a thousandth for every year of age, for every role the same."""
    for player_type in PLAYER_TYPES:
        heads = {item.name for item in head_statistics(player_type)}
        rows = [
            {
                "season": season,
                "player_type": player_type,
                "as_of": preseason(season),
                "role": role,
                "age": age,
                "statistic": item.name,
                "rate": mean_of(age),
                "n": 9,
                "trained_until": season - 1,
                "concentration": OWN["debut_mean"] if item.name in heads else None,
            }
            for role in (("any",) if player_type == "batter" else ("any", "starter", "reliever"))
            for age in range(18, 46)
            for item in statistics(player_type)
        ]
        name = "features.debut_means"
        store.write(name, {"player_type": player_type, "season": season}, hand_made.table(store.contracts[name], rows))


def mean_of(age: int) -> float:
    """What debutants of that age are said to do."""
    return 0.1 + age / 1000


def write_newcomers_time(store: Store, season: int, newcomers: Mapping[str, Sequence[int]] = NEWCOMERS) -> None:
    """features.newcomer_playing_time: 50 PA or BF, of a regular 300."""
    name = "features.newcomer_playing_time"
    for player_type in PLAYER_TYPES:
        outs = {"outs": 35.0, "outs_p10": 0.0, "outs_p90": 140.0, "role": "starter"}
        rows = [
            {
                "season": season,
                "player_type": player_type,
                "as_of": preseason(season),
                "mlbam_id": player,
                "opportunities": 50.0,
                "p10": 0.0,
                "p50": 10.0,
                "p90": 200.0,
                "if_regular": 300.0,
                "trained_until": season - 1,
                **(outs if player_type == "pitcher" else {}),
            }
            for player in newcomers[player_type]
        ]
        store.write(name, {"player_type": player_type, "season": season}, hand_made.table(store.contracts[name], rows))


def write_people(store: Store, players: Iterable[int]) -> None:
    """core.players with these besides."""
    name = "core.players"
    people = store.delta(name).to_pyarrow_table().to_pylist()
    others = set(players) - {row["mlbam_id"] for row in people}
    people += [{"mlbam_id": i, "name": f"Player <{i}>", "birth_date": BORN.get(i)} for i in sorted(others)]
    store.write(name, {}, hand_made.table(store.contracts[name], people))


def write_people_of_no_line(store: Store) -> None:
    """In 2019 OF_NO_LINE play, the pitcher bats as well, and a position player of theirs pitches a little."""
    write_people(store, [*OF_NO_LINE.values(), *(player for found in NEWCOMERS.values() for player in found)])
    lines = [row for row in hand_made.season_lines() if row["season"] == 2019]
    model = {row["player_type"]: row for row in lines if row["mlbam_id"] % 1000 == 7}
    few = {name: 0 for name, value in model["batter"].items() if isinstance(value, int)} | {"season": 2019, "teams": 1}
    lines += [model[player_type] | {"mlbam_id": player} for player_type, player in OF_NO_LINE.items()]
    lines.append(model["batter"] | few | {"mlbam_id": OF_NO_LINE["pitcher"], "opportunities": 40, "ab": 40, "so": 20})
    lines.append(
        model["pitcher"]
        | few
        | {"mlbam_id": OF_NO_LINE["batter"], "player_type": "pitcher", "opportunities": 5, "outs": 3}
    )
    name = "core.season_lines"
    store.write(name, {"season": 2019}, hand_made.table(store.contracts[name], lines))
