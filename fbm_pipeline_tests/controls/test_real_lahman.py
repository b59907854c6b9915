"""Marcel on the real Lahman lines: constants from targets up to 2017 must reach the known accuracy on 2018-2024."""

import dataclasses
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.constants import fit_all
from fbm_pipeline.marcel.rates import rates_table
from fbm_pipeline.marcel.season_lines import SeasonLines, actual_rows, histories, season_lines

TESTED = (2018, 2019, 2021, 2022, 2023, 2024)

# Correlation with the actual rate, season means removed, weighted by opportunities, at least 200 of them: measured
# once by an independent implementation of the same method on the same lines.
EXPECTED = {
    "batter": {
        "so_rate": 0.812,
        "bb_rate": 0.741,
        "hr_rate": 0.640,
        "h_rate": 0.546,
        "single_rate": 0.643,
        "double_rate": 0.286,
        "triple_rate": 0.489,
        "obp": 0.576,
        "iso": 0.631,
    },
    "pitcher": {"so_rate": 0.696, "bb_rate": 0.562, "hr_rate": 0.295, "h_rate": 0.454, "era": 0.251},
}
PLAYER_SEASONS = {"batter": 2021, "pitcher": 1983}

_BATTING = """
    sum(AB + BB + coalesce(HBP, 0) + coalesce(SF, 0) + coalesce(SH, 0)) as opportunities, sum(AB) as ab, sum(H) as h,
    sum(H - "2B" - "3B" - HR) as single, sum("2B") as double, sum("3B") as triple, sum(HR) as hr, sum(BB) as bb,
    sum(IBB) as ibb, sum(SO) as so, sum(HBP) as hbp, sum(SF) as sf, sum(SH) as sh, sum(G) as g, null::int as gs,
    null::int as outs, null::int as er
"""
_PITCHING = """
    sum(BFP) as opportunities, 0 as ab, sum(H) as h, 0 as single, 0 as double, 0 as triple, sum(HR) as hr,
    sum(BB) as bb, sum(IBB) as ibb, sum(SO) as so, sum(HBP) as hbp, sum(SF) as sf, sum(SH) as sh, sum(G) as g,
    sum(GS) as gs, sum(IPouts) as outs, sum(ER) as er
"""


def read_lahman(folder: Path, player_type: str) -> SeasonLines:
    """Lahman's lines of 2000-2024 as Marcel's input; players are numbered, because no id leaves this test."""
    own, others = ("Batting", "Pitching") if player_type == "batter" else ("Pitching", "Batting")
    faced = "BFP" if player_type == "batter" else "AB + BB"
    table = duckdb.sql(f"""
        with people as (
            select
                playerID, row_number() over (order by playerID)::int as mlbam_id,
                try_cast(birthDate as date) as birth_date
            from '{folder}/People.parquet'
        ),
        own as (
            select playerID, yearID as season, {_BATTING if player_type == "batter" else _PITCHING}
            from '{folder}/{own}.parquet' where yearID >= 2000 group by all
        ),
        others as (
            select playerID, yearID as season, sum({faced}) as other_opportunities
            from '{folder}/{others}.parquet' where yearID >= 2000 group by all
        )
        select own.*, people.mlbam_id, people.birth_date, coalesce(others.other_opportunities, 0) as other_opportunities
        from own join people using (playerID) left join others using (playerID, season)
    """).to_arrow_table()
    return season_lines(table, player_type)


def before(lines: SeasonLines, last: int) -> SeasonLines:
    """The lines of seasons up to `last`."""
    kept = lines.season <= last
    arrays = {name: getattr(lines, name)[kept] for name in ("season", "mlbam_id", "birth_date", "other_opportunities")}
    return dataclasses.replace(lines, **arrays, counts={name: values[kept] for name, values in lines.counts.items()})


def within_season_r(lines: SeasonLines, tables: dict[int, pa.Table], name: str) -> tuple[float, int]:
    statistic = next(s for s in statistics(lines.player_type) if s.name == name)
    numerator, denominator = lines.totals(statistic)
    moments, n = np.zeros(3), 0
    for season, table in tables.items():
        players = histories(lines, [season])
        rows = {
            r["mlbam_id"]: r["rate"] for r in table.to_pylist() if r["system"] == "marcel" and r["statistic"] == name
        }
        at = actual_rows(lines, players)
        kept = (at >= 0) & (lines.counts["opportunities"][at] >= 200)
        at, ids = at[kept], players.mlbam_id[kept]
        weight = lines.counts["opportunities"][at]
        actual = statistic.scale * numerator[at] / denominator[at]
        projected = np.array([rows[player] for player in ids])
        actual, projected = (
            actual - np.average(actual, weights=weight),
            projected - np.average(projected, weights=weight),
        )
        moments += [weight @ (actual * projected), weight @ actual**2, weight @ projected**2]
        n += len(at)
    return float(moments[0] / np.sqrt(moments[1] * moments[2])), n


@pytest.mark.real
@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_tuned_marcel_reaches_its_known_accuracy(real_data: Path, player_type: str) -> None:
    lines = read_lahman(real_data / "lahman", player_type)
    fits = {fit.statistic: fit for fit in fit_all(before(lines, 2017), 2017, 100)}
    tables = {season: rates_table(before(lines, season - 1), season, fits) for season in TESTED}
    for name, expected in EXPECTED[player_type].items():
        r, n = within_season_r(lines, tables, name)
        assert n == PLAYER_SEASONS[player_type]
        assert r == pytest.approx(expected, abs=0.006), name
