"""What is known before a season about how much a player will play in it, as named columns.

History, use within the last season, absences, role, age, skill and the club's depth: every column of a row comes
from seasons before its own target. Opportunities and games are per game of the schedule, so that the 60 games of
2020 count as a season. Not here: the model (`playing_time_model`), Marcel's own formula (`playing_time`).
"""

from dataclasses import dataclass

import numpy as np

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.aging import classic_factor
from fbm_pipeline.marcel.playing_time import expected_opportunities
from fbm_pipeline.marcel.regression import classic_regression, regress, samples
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories, SeasonLines
from fbm_pipeline.playing_time.depth import club_depth
from fbm_pipeline.playing_time.seasons_of_use import SeasonsOfUse

POSITIONS = ("g_c", "g_1b", "g_2b", "g_3b", "g_ss", "g_lf", "g_cf", "g_rf", "g_dh")
SKILLS = {
    "batter": ("obp", "iso", "so_rate", "bb_rate", "hr_rate"),
    "pitcher": ("so_rate", "bb_rate", "hr_rate", "h_rate", "era"),
}
WINDOWS = (30, 60, 90)  # days back from a season's last game


@dataclass(frozen=True)
class PlayerColumns:
    """The columns of n players; NaN where a thing is not known (a season without a line, a missing birth date)."""

    columns: tuple[str, ...]
    values: np.ndarray  # (n, len(columns)) float64


def playing_time_inputs(lines: SeasonLines, players: Histories, use: SeasonsOfUse) -> PlayerColumns:
    """The columns of every player to be projected, in the order of `players`."""
    rows = [use.rows(players.season - 1 - back, players.mlbam_id) for back in range(SEASONS_BACK)]
    columns: dict[str, np.ndarray] = {"age": players.age}
    columns |= _history(use, rows)
    columns |= _last_season(use, rows[0], lines.player_type)
    columns |= _role(use, rows, lines.player_type)
    columns |= _absence(use, rows)
    columns |= _skill(lines, players)
    columns |= club_depth(lines, use, rows[0])
    columns["marcel"] = expected_opportunities(lines, players) / _planned(use, players)
    return PlayerColumns(tuple(columns), np.column_stack(list(columns.values())))


def _planned(use: SeasonsOfUse, players: Histories) -> np.ndarray:
    planned = {int(season): use.planned(int(season)) for season in np.unique(players.season)}
    return np.array([planned[int(season)] for season in players.season])


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(n,) values of rows, NaN where there is none."""
    if not len(values):
        return np.full(len(rows), np.nan)
    return np.where(rows >= 0, values[rows], np.nan)


def _share(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Their quotient, NaN where the denominator is zero or not known."""
    quotient = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def _history(use: SeasonsOfUse, rows: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Opportunities and games of three seasons per scheduled game; zero for a season not played."""
    history = {}
    per_game = use.columns["opportunities"] / use.columns["scheduled"]
    games = use.columns["games"] / use.columns["scheduled"]
    for back, at in enumerate(rows):
        history[f"opportunities_{back + 1}"] = np.nan_to_num(_taken(per_game, at))
        history[f"games_{back + 1}"] = np.nan_to_num(_taken(games, at))
    past_opportunities = np.column_stack([history[f"opportunities_{back + 1}"] for back in range(len(rows))])
    history["most_opportunities"] = past_opportunities.max(axis=1)
    history["weighted_opportunities"] = past_opportunities @ np.array([5.0, 4.0, 3.0]) / 12.0
    history["change"] = past_opportunities[:, 0] - past_opportunities[:, 1]
    latest = np.max(np.column_stack(rows), axis=1)
    back = np.argmax(np.column_stack(rows) >= 0, axis=1)
    history["years_since_debut"] = _taken(use.columns["years_since_debut"], latest) + back
    return history


def _last_season(use: SeasonsOfUse, at: np.ndarray, player_type: str) -> dict[str, np.ndarray]:
    """Use within the last season: per game, and late in it, per game of his last club."""
    columns = use.columns
    last_season = {
        "per_game_1": _taken(_share(columns["opportunities"], columns["games"]), at),
        "full_game_share_1": _taken(_share(columns["full_games"], columns["games"]), at),
        "clubs_1": _taken(columns["teams"], at),
    }
    for days in WINDOWS:
        last_season[f"opportunities_last_{days}"] = _taken(
            _share(columns[f"opportunities_{days}"], columns[f"club_{days}"]), at
        )
    for days in WINDOWS[:2]:
        last_season[f"games_last_{days}"] = _taken(_share(columns[f"games_{days}"], columns[f"club_{days}"]), at)
    if player_type == "pitcher":
        last_season["starts_last_45"] = _taken(columns["starts_45"], at)
    return last_season


def _role(use: SeasonsOfUse, rows: list[np.ndarray], player_type: str) -> dict[str, np.ndarray]:
    """Batters: the share of appearances at each position. Pitchers: starts, saves, games finished, games pitched."""
    columns = use.columns
    names = POSITIONS if player_type == "batter" else ("g_p",)
    appearances = np.column_stack([np.nan_to_num(columns[name]) for name in (*names, "g_all")])
    totals = np.zeros((len(rows[0]), appearances.shape[1]))
    for at in rows:
        if len(appearances):
            totals += np.where(at[:, None] >= 0, appearances[at], 0.0)
    role = {f"share_{name}": _share(totals[:, i], totals[:, -1]) for i, name in enumerate(names)}
    if player_type == "pitcher":
        for back in (0, 1):
            role[f"starts_{back + 1}"] = _taken(columns["starts"] / columns["scheduled"], rows[back])
            role[f"start_share_{back + 1}"] = _taken(_share(columns["starts"], columns["games"]), rows[back])
            role[f"saves_{back + 1}"] = _taken(columns["saves"] / columns["scheduled"], rows[back])
        role["finished_share_1"] = _taken(_share(columns["finishes"], columns["games"]), rows[0])
        return role
    role["position_count"] = (totals[:, :-1] > 0).sum(axis=1).astype(np.float64)
    return role


def _absence(use: SeasonsOfUse, rows: list[np.ndarray]) -> dict[str, np.ndarray]:
    """What injuries leave behind: whole seasons missed, and the days and games missed within the last one."""
    missed = np.column_stack(rows) < 0
    columns, at = use.columns, rows[0]
    absence = {"seasons_missed": missed.sum(axis=1).astype(np.float64), "missed_last": missed[:, 0].astype(np.float64)}
    for name in ("days_before_first", "days_after_last", "longest_gap", "days_active"):
        absence[name] = _taken(columns[name], at)
    absence["played_while_active"] = _taken(_share(columns["games"], columns["club_games_between"]), at)
    absence["longest_gap_2"] = _taken(columns["longest_gap"], rows[1])
    return absence


def _skill(lines: SeasonLines, players: Histories) -> dict[str, np.ndarray]:
    """Classic Marcel's rates, aged, and last season's own: the better play more, and the lately better more still.

    Classic and not fitted, because its constants were published: no season's outcome is in them.
    """
    skill = {}
    for statistic in statistics(lines.player_type):
        if statistic.name in SKILLS[lines.player_type]:
            sample = samples(lines, players, statistic)
            rate = regress(sample, classic_regression(statistic, lines.player_type))
            skill[f"marcel_{statistic.name}"] = rate * classic_factor(players.age, statistic, lines.player_type)
            skill[f"last_{statistic.name}"] = _share(sample.numerator[:, 0], sample.denominator[:, 0])
    return skill
