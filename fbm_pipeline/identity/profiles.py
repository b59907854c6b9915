"""`features.stat_profiles`: who a player is as of a date, from what he did before it.

Rates are shrunk toward the league's rate known at that date by Marcel's fitted constants, so that sixty plate
appearances make nobody an outlier. Below BLENDED_BELOW opportunities the minors join in by the opportunities they
weigh; a newcomer's rates are the minors' alone. `identity_source` is one of `mlb`, `blended` or `mle`.
Not here: the network's matrix (encoding), player kinds (archetypes), the minors' rates (minors).
"""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.calendar import age_on
from fbm_pipeline.baseball.statistics import Statistic, head_statistics
from fbm_pipeline.identity.horizons import HorizonCounts, ProfileError, as_of_dates, read_horizons
from fbm_pipeline.identity.minors import MinorsParts, read_minors_parts
from fbm_pipeline.identity.tables import HORIZONS, STAT_PROFILES
from fbm_pipeline.marcel.aging import PEAK_AGE
from fbm_pipeline.marcel.constants import Fit, read_constants
from fbm_pipeline.marcel.playing_time import STARTER_SHARE
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.mle.rates import BLENDED_BELOW
from fbm_pipeline.store.inputs import Inputs

# Opportunities below which a horizon hands over to the next longer one. Strikeouts, the quickest of the rates to show
# a player, need some 60 opportunities to be half signal; the shorter horizons are there to show change, and ask for
# less than they need to stand alone because their rates are shrunk.
MINIMUM_OPPORTUNITIES = {"three_year": 100, "one_year": 60, "thirty_day": 30}

# A register lacks a birth date for a newcomer now and then; more than this share is a broken join.
UNKNOWN_BIRTH_DATES = 0.01


def stat_profiles(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.stat_profiles` as of preseason and, once the season has games before it, of midseason.

    Only games before each as-of date count, and official lines of complete seasons (earned runs). Raises ProfileError
    for players missing from core.players, birth dates missing in numbers, or a statistic nobody has; MarcelError when
    the constants were not fitted.
    """
    constants = read_constants(inputs, player_type)
    parts = read_horizons(inputs, player_type, season, as_of_dates(inputs, season))
    minors = read_minors_parts(inputs, player_type, season)
    known = [profiles_table(part, constants, minors) for part in parts]
    newcomers = [newcomers_table(part, minors) for part in parts]
    return pa.concat_tables([*known, *newcomers])


def profiles_table(horizons: HorizonCounts, constants: Mapping[str, Fit], minors: MinorsParts) -> pa.Table:
    """Rows of `features.stat_profiles` for one as-of date; rates of the other player type's statistics are null."""
    n = len(horizons.mlbam_id)
    opportunities = horizons.counts["opportunities"]
    suppliers = supplying_horizons(opportunities)  # (n, 4)
    few = opportunities[:, HORIZONS.index("three_year")] < BLENDED_BELOW
    weight = np.where(few, minors.weights_of(horizons.mlbam_id, "so_rate")[0], 0.0)
    columns: dict[str, object] = {
        "season": [horizons.season] * n,
        "player_type": [horizons.player_type] * n,
        "as_of": [horizons.as_of] * n,
        "mlbam_id": horizons.mlbam_id,
        "age": _ages(horizons),
        "bats": horizons.bats,
        "throws": horizons.throws,
        "role": _roles(horizons),
        "identity_source": np.where(weight > 0, "blended", "mlb").tolist(),
        "minor_opportunities": weight,
        "days_since_last_game": _days_since(horizons),
    }
    for k, horizon in enumerate(HORIZONS):
        columns[f"{horizon}_opportunities"] = opportunities[:, k]
        columns[f"{horizon}_supplied_by"] = [HORIZONS[at] for at in suppliers[:, k]]
    for statistic in head_statistics(horizons.player_type):
        rates = _supplied_rates(horizons, statistic, constants[statistic.name], suppliers, minors, few)
        for k, horizon in enumerate(HORIZONS):
            columns[f"{horizon}_{statistic.name}"] = rates[:, k]
    return _table(columns, n)


def newcomers_table(horizons: HorizonCounts, minors: MinorsParts) -> pa.Table:
    """Rows for who has lines in the minors only, as of the horizons' date: no opportunities, and the minors' rates.

    A newcomer who has played before the date has counts of his own and is in `profiles_table`.
    """
    fresh = minors.newcomers.filter(pa.array(~np.isin(minors.newcomers.column("mlbam_id"), horizons.mlbam_id)))
    ids = fresh.column("mlbam_id").to_numpy().astype(np.int64)
    n, place = len(ids), np.searchsorted(minors.mlbam_id, ids)
    starts = fresh.column("is_starter").to_pylist()
    born, published = fresh.column("birth_date").to_pylist(), fresh.column("age").to_pylist()
    columns: dict[str, object] = {
        "season": [horizons.season] * n,
        "player_type": [horizons.player_type] * n,
        "as_of": [horizons.as_of] * n,
        "mlbam_id": ids,
        "age": [_age(date, age, horizons.season) for date, age in zip(born, published, strict=True)],
        "bats": pc.fill_null(fresh.column("bats"), "U"),
        "throws": pc.fill_null(fresh.column("throws"), "U"),
        "role": ["batter" if horizons.player_type == "batter" else "starter" if one else "reliever" for one in starts],
        "identity_source": ["mle"] * n,
        "minor_opportunities": minors.weight["so_rate"][place],
        "days_since_last_game": [None] * n,
    }
    for horizon in HORIZONS:
        columns[f"{horizon}_opportunities"] = [0] * n
        columns[f"{horizon}_supplied_by"] = ["career"] * n
        for statistic in head_statistics(horizons.player_type):
            columns[f"{horizon}_{statistic.name}"] = minors.blended[statistic.name][place]
    return _table(columns, n)


def _age(born: dt.date | None, published: float | None, season: int) -> float:
    if born is not None:
        return age_on(born, season)
    return PEAK_AGE if published is None else float(published)


def _table(columns: Mapping[str, object], n: int) -> pa.Table:
    schema = STAT_PROFILES.schema
    arrays = []
    for field in schema:
        values = columns.get(field.name, [None] * n)
        array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else pa.array(values)
        arrays.append(array.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def supplying_horizons(opportunities: np.ndarray) -> np.ndarray:
    """(n, 4) for each horizon the number of the one that supplies its rates: itself or a longer one.

    A horizon short of MINIMUM_OPPORTUNITIES takes what its next longer one has; a career supplies itself.
    """
    suppliers = np.zeros(opportunities.shape, dtype=np.int64)
    for k, horizon in enumerate(HORIZONS[1:], start=1):
        enough = opportunities[:, k] >= MINIMUM_OPPORTUNITIES[horizon]
        suppliers[:, k] = np.where(enough, k, suppliers[:, k - 1])
    return suppliers


def _supplied_rates(
    horizons: HorizonCounts, statistic: Statistic, fit: Fit, suppliers: np.ndarray, minors: MinorsParts, few: np.ndarray
) -> np.ndarray:
    """(n, 4) shrunk rates of the supplying horizons, each (numerator + k x league) / (denominator + k).

    k is Marcel's in opportunities of the latest year. For the `few` who hardly played the minors enter both sums with
    the opportunities they weigh. Where the supplier does not know the statistic (earned runs by game before box scores
    held them) the next longer horizon that does supplies it.
    """
    numerator, denominator = horizons.totals(statistic)
    regression = fit.regression / YEAR_WEIGHTS[horizons.player_type][0]
    weight, rate = minors.weights_of(horizons.mlbam_id, statistic.name)
    weight = np.where(few, weight, 0.0)[:, None]
    above = numerator + regression * league_rate(horizons, statistic) + weight * rate[:, None]
    shrunk = above / (denominator + regression + weight)
    source = suppliers.copy()
    rows = np.arange(len(source))[:, None]
    for _ in HORIZONS[1:]:
        source = np.where((denominator[rows, source] == 0) & (source > 0), source - 1, source)
    return shrunk[rows, source]


def league_rate(horizons: HorizonCounts, statistic: Statistic) -> float:
    """The profiled players' rate of the last year before as_of, or of the next longer horizon that knows it.

    Raises ProfileError when no horizon does.
    """
    numerator, denominator = horizons.totals(statistic)
    for horizon in ("one_year", "three_year", "career"):
        k = HORIZONS.index(horizon)
        if denominator[:, k].sum() > 0:
            return float(numerator[:, k].sum() / denominator[:, k].sum())
    if len(denominator) == 0:
        return 0.0
    raise ProfileError(
        f"no {horizons.player_type} has {statistic.name} before {horizons.as_of} in core.player_games or "
        "core.season_lines; expected its counts there. Rebuild them from a source that records it."
    )


def _ages(horizons: HorizonCounts) -> list[float]:
    """Age on 30 June; the few of unknown birth date get Marcel's peak, where age moves no rate."""
    unknown = [
        player for player, born in zip(horizons.mlbam_id.tolist(), horizons.birth_date, strict=True) if born is None
    ]
    if len(unknown) > 1 and len(unknown) > UNKNOWN_BIRTH_DATES * len(horizons.birth_date):
        raise ProfileError(
            f"{len(unknown)} of {len(horizons.birth_date)} {horizons.player_type}s as of {horizons.as_of} have no "
            f"birth date in core.players, such as {unknown[:5]}; expected at most {UNKNOWN_BIRTH_DATES:.0%}. "
            "Rebuild core.players from a register that has them."
        )
    return [PEAK_AGE if born is None else age_on(born, horizons.season) for born in horizons.birth_date]


def _roles(horizons: HorizonCounts) -> list[str]:
    """Starter from half of the games as starts, in the last year or else in the next longer horizon with games."""
    if horizons.player_type == "batter":
        return ["batter"] * len(horizons.mlbam_id)
    games, starts = horizons.counts["games"], horizons.counts["games_started"]
    share = np.zeros(len(games))
    for horizon in ("career", "three_year", "one_year"):
        k = HORIZONS.index(horizon)
        share = np.where(games[:, k] > 0, starts[:, k] / np.maximum(games[:, k], 1), share)
    return np.where(share >= STARTER_SHARE, "starter", "reliever").tolist()


def _days_since(horizons: HorizonCounts) -> list[int | None]:
    as_of = np.datetime64(horizons.as_of, "D")
    return [None if np.isnat(day) else int((as_of - day).astype(int)) for day in horizons.last_game]
