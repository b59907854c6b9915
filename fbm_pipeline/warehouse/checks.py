"""Do the core tables agree with the official record, with their grain, and with the calendar?

Each check reads, counts and tells; none mends. Not here: contracts of single tables (the store's), statements (`sql/`).
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import pyarrow as pa

from fbm_pipeline.baseball.calendar import season_bounds
from fbm_pipeline.store.contents import duplicate_keys
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.core import MAXIMUM_UNMATCHED
from fbm_pipeline.warehouse.recipes import MINOR_LINES, cook
from fbm_pipeline.warehouse.season_games import season_games
from fbm_pipeline.warehouse.vocabulary import create_vocabulary

MINIMUM_MATCHED = 0.9  # of plate appearances; FanGraphs' lines of 2006-2024 reach .95 and more in every season
_LINE = ("bf", "h", "hr", "bb", "ibb", "so", "hbp", "sf", "sh")


@dataclass(frozen=True)
class CheckResult:
    """What one check found. `details` holds only what JSON can; `passed` is false only for what must never be."""

    name: str
    passed: bool
    summary: str
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class MatchRate:
    """How many of a season's plate appearances (or batters faced) one publisher tells have a player with an id."""

    season: int
    player_type: str
    source: str
    lines: int
    opportunities: int
    by_id: float  # shares of `opportunities`
    by_name: float
    several: float  # the name fits several people of the register

    @property
    def matched(self) -> float:
        """The share whose player is known."""
        return self.by_id + self.by_name


def check_lahman_totals(store: Store, season: int) -> CheckResult:
    """Season totals of plate appearances against Lahman's batting lines, exactly, where Retrosheet tells the season.

    Statcast lacks games and signalled walks: its seasons are compared too, but never fail (see check_pitching_lines).
    """
    source = season_games(store, season).source
    rows = _audit(store, "audits/lahman_totals", ["core.plate_appearances", "raw.lahman_batting"], season).to_pylist()
    totals = {row["statistic"]: {"told": row["told"], "official": row["official"]} for row in rows}
    if not totals or any(total["official"] is None for total in totals.values()):
        return CheckResult("lahman_totals", True, f"{season}: Lahman does not hold the season", {"totals": totals})
    off = {
        name: total["told"] - total["official"] for name, total in totals.items() if total["told"] != total["official"]
    }
    differences = (
        ", ".join(f"{name} {value:+d}" for name, value in sorted(off.items())) or f"all {len(totals)} totals agree"
    )
    return CheckResult(
        "lahman_totals", not off or source == "statcast", f"{season} ({source}): {differences}", {"totals": totals}
    )


def check_pitching_lines(store: Store, season: int) -> CheckResult:
    """Pitcher-game by pitcher-game against Retrosheet's official lines; every difference is counted under its cause.

    Fails when a home run differs in a line that both hold, or, in a season that Retrosheet itself tells, when
    anything does but for a change of pitcher: the rules charge a walk to him who left when the batter was ahead.
    """
    source = season_games(store, season).source
    reads = ["core.games", "core.plate_appearances", "core.pitches", "raw.retrosheet_pitching", "raw.register"]
    rows = _audit(store, "audits/pitching_lines", reads, season, with_lines=True).to_pylist()
    if not any(row["is_official"] for row in rows):
        return CheckResult("pitching_lines", True, f"{season}: no official pitching lines")
    both = [row for row in rows if row["is_official"] and row["is_told"]]
    nets = _nets(rows)
    agreement = {name: _agreement(both, name, nets) for name in _LINE}
    details = {"lines_in_both": len(both), **_only_one_side(rows), "statistics": agreement}
    judged = ("hr",) if source == "statcast" else _LINE
    explained = {name: counts["agree"] + counts.get("change_of_pitcher", 0) for name, counts in agreement.items()}
    passed = agreement["hr"]["agree"] == len(both) and all(explained[name] == len(both) for name in judged)
    agreed = ", ".join(f"{name} {counts['agree']}" for name, counts in agreement.items())
    return CheckResult("pitching_lines", passed, f"{season} ({source}): of {len(both)} lines agree: {agreed}", details)


def check_id_match(store: Store, season: int) -> CheckResult:
    """Share of plate appearances whose batter and pitcher have an MLBAM id (Retrosheet) or are known (Statcast)."""
    source = season_games(store, season).source
    reads = ["raw.retrosheet_plays", "raw.register", "core.plate_appearances", "core.players"]
    rows = _audit(store, "audits/id_match", reads, season, source=source).to_pylist()
    total = sum(row["plate_appearances"] for row in rows)
    missing = {f"{row['player_type']} {row['code']}": row["plate_appearances"] for row in rows if row["code"] != ""}
    share = 1 - sum(missing.values()) / total if total else 1.0
    summary = f"{season} ({source}): {share:.4%} of {total // 2} plate appearances have both ids"
    return CheckResult("id_match", share >= 1 - MAXIMUM_UNMATCHED, summary, {"share": share, "unmatched": missing})


def check_source_flags(store: Store, season: int) -> CheckResult:
    """Every Retrosheet plate appearance is kept, and its outcome adds to the line what the play's own flags say."""
    if season_games(store, season).source != "retrosheet":
        return CheckResult("source_flags", True, f"{season}: Retrosheet does not tell the season")
    counts = _audit(
        store, "audits/source_flags", ["raw.retrosheet_plays", "core.plate_appearances"], season
    ).to_pylist()[0]
    share = counts["missing"] / max(1, counts["plays"])
    summary = f"{season}: of {counts['plays']} {counts['missing']} are missing, {counts['differing']} differ"
    return CheckResult("source_flags", share <= MAXIMUM_UNMATCHED and not counts["differing"], summary, counts)


def check_grain(store: Store, table: str, season: int) -> CheckResult:
    """One row per key over all of a season's partitions (the store checks each partition by itself)."""
    contract = store.contracts[table]
    keys = store.delta(table).to_pyarrow_table(filters=[("season", "=", season)], columns=list(contract.key))
    repeated = duplicate_keys(keys, contract.key)
    summary = f"{season}: {'; '.join(repeated)}" if repeated else f"{season}: {keys.num_rows} rows, {contract.grain}"
    return CheckResult(f"grain_{table.removeprefix('core.')}", not repeated, summary, {"rows": keys.num_rows})


def check_calendar(store: Store, season: int) -> CheckResult:
    """Rows lie within their season and month, and belong to a game that core.games holds under the same date."""
    reads = ["core.games", "core.pitches", "core.plate_appearances", "core.player_games"]
    first, last = season_bounds(season)
    rows = _audit(store, "audits/calendar", reads, season, first_day=first, last_day=last).to_pylist()
    wrong = sum(row["misdated"] + row["without_game"] for row in rows)
    row_counts = ", ".join(f"{row['table_name']} {row['rows_held']}" for row in rows)
    return CheckResult("calendar", wrong == 0, f"{season}: {wrong} rows astray of {row_counts}", {"tables": rows})


def _audit(
    store: Store, name: str, reads: list[str], season: int, *, with_lines: bool = False, **more: str | dt.date
) -> pa.Table:
    with session(store, tables=reads) as connection:
        if with_lines:
            create_vocabulary(connection)
            lines = query(connection, "staging/official_pitching", {"season": season})
            connection.execute("create schema staging")
            connection.register("lines", lines)
            connection.execute("create table staging.official_pitching as select * from lines")
        return query(connection, name, {"season": season, **more})


def _agreement(rows: list[dict], name: str, nets: Counter) -> dict[str, int]:
    """How many lines agree in one statistic, and the causes of the others."""
    causes = Counter(_cause(row, name, nets) for row in rows if _difference(row, name))
    return {"agree": len(rows) - causes.total(), **dict(sorted(causes.items()))}


def _nets(rows: list[dict]) -> Counter:
    """Difference of a whole game, by game and statistic: what two pitchers of one game share out cancels in it."""
    nets: Counter = Counter()
    for row in rows:
        if row["is_official"] and row["has_game"]:
            nets.update({(row["gid"], name): _difference(row, name) for name in _LINE})
    return nets


def _difference(row: Mapping, name: str) -> int:
    return int(row[f"official_{name}"]) - int(row[f"told_{name}"])


def _cause(row: Mapping, name: str, nets: Counter) -> str:
    """Why a statistic of one pitcher's game differs. The order is from the certain to the remaining cause."""
    signalled = _difference(row, "ibb")
    difference = _difference(row, name)
    charged = name in ("bf", "bb", "ibb", "so")
    if charged and not nets[row["gid"], name]:
        return "change_of_pitcher"  # the game as a whole agrees: the rules charge who left, we charge who threw last
    if signalled > 0 and (name == "ibb" or (name in ("bf", "bb") and difference == signalled)):
        return "automatic_intentional_walk"  # signalled: no pitch, so no row
    if charged and row["unfinished"] and difference > 0 and nets[row["gid"], name]:
        return "ended_without_a_pitch"  # an automatic ball or strike ended it
    if charged and row["shared"]:
        return "change_of_pitcher"
    return "missing_rows" if name == "bf" else "later_scoring"


def _only_one_side(rows: list[dict]) -> dict[str, object]:
    """Games and lines that only the official record or only the plate appearances hold."""
    lost = [row for row in rows if row["is_official"] and not row["has_game"]]
    unseen = [row for row in rows if row["is_official"] and row["has_game"] and not row["is_told"]]
    return {
        "missing_games": sorted({row["gid"] for row in lost}),
        "missing_games_bf": sum(row["official_bf"] for row in lost),
        "missing_games_hr": sum(row["official_hr"] for row in lost),
        "lines_without_a_plate_appearance": len(unseen),
        "batters_faced_in_them": sum(row["official_bf"] for row in unseen),
        "told_without_a_line": sum(not row["is_official"] for row in rows),
    }


def match_rates(store: Store, season: int) -> list[MatchRate]:
    """The match rates of a season's publishers, by side of the ball; none where no minor league was played."""
    recipe = replace(MINOR_LINES["publishers"], statement="audits/minor_league_match")
    rows = cook(store, recipe, season).to_pylist()
    return [MatchRate(**row) for row in rows]


def check_minor_league_match(store: Store, season: int) -> CheckResult:
    """Shares of plate appearances whose player is known. Fails where a publisher with ids falls below MINIMUM_MATCHED.

    Savant prints names only, and many people share one: its rate is shown and never fails.
    """
    rates = match_rates(store, season)
    poor = [rate for rate in rates if rate.source != "savant" and rate.matched < MINIMUM_MATCHED]
    shares = "; ".join(f"{rate.source} {rate.player_type}s {rate.matched:.1%}" for rate in rates) or "no lines"
    details: dict[str, object] = {f"{rate.source} {rate.player_type}": asdict(rate) for rate in rates}
    return CheckResult("minor_league_match", not poor, f"{season}: {shares}", details)
