"""Write a simulated league: the same files as a person with real data would have, from players of known talent.

Belongs here: the order of seasons and the list of files. Not here: baseball.
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.simulated_league import careers, formats, odds, talent
from fbm_pipeline.simulated_league import lahman_files as lahman
from fbm_pipeline.simulated_league import minor_leagues as minors
from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league import retrosheet_files as retrosheet
from fbm_pipeline.simulated_league import statsapi_files as statsapi
from fbm_pipeline.simulated_league.books import batting_lines, pitching_lines
from fbm_pipeline.simulated_league.clubs import CLUBS, HITTERS_PARK
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.simulated_league.public_projections import projection_rows
from fbm_pipeline.simulated_league.records import Record, draw_record
from fbm_pipeline.simulated_league.schedule import regular_season, world_series
from fbm_pipeline.simulated_league.seasons import Season, SeasonSimulator, true_talent_rows
from fbm_pipeline.simulated_league.shelf import Shelf
from fbm_pipeline.simulated_league.statcast_files import statcast_rows
from fbm_pipeline.sources.club_roster_fetch import file_name as rosters_file
from fbm_pipeline.sources.minor_league_fetch import file_name as lines_file

VERSION = 2  # of the simulation: it changes whenever the same seed would write other bytes
MANIFEST = "simulated_league.json"
_LOG = logging.getLogger("fbm_pipeline.simulated_league")
_CSV_DAYS = 3


@dataclass(frozen=True)
class LeagueSize:
    """How much is simulated. Seasons before `first_statcast_season` are Retrosheet's, the others Statcast's."""

    first_season: int
    last_season: int
    first_statcast_season: int
    teams: int
    games_per_team: int


# By preset. The demo's is the smallest that teaches every control; the large one is for whoever wants to look longer.
SIZES = {
    "demo": LeagueSize(2019, 2024, 2023, teams=4, games_per_team=40),
    "large": LeagueSize(2014, 2024, 2022, teams=8, games_per_team=60),
}


@dataclass(frozen=True)
class LeagueSummary:
    """What was written. `files` counts rows by path within the folder; the totals include the postseason."""

    folder: Path
    seed: int
    first_season: int
    last_season: int
    first_statcast_season: int
    teams: int
    games_per_team: int
    plate_appearances: int
    pitches: int
    files: dict[str, int]


class _Writer:
    """Plays the seasons in order and writes their files."""

    def __init__(
        self, folder: Path, seed: int, first: int, last: int, first_statcast: int, teams: int, games: int
    ) -> None:
        self.seed, self.first, self.last, self.first_statcast = seed, first, last, first_statcast
        self.games = games
        self.shelf = Shelf(folder)
        self.clubs = CLUBS[:teams]
        rng = self._rng(first - 1, "founding")
        self.league = careers.found_league(self.clubs, first - 1, rng)
        self.parks = odds.draw_parks([club.park_id for club in self.clubs], HITTERS_PARK, rng)
        self.plate_appearances = 0
        self.pitches = 0

    def _rng(self, season: int, purpose: str) -> np.random.Generator:
        """A generator of its own for every season and purpose: a change in one does not shift the others."""
        return np.random.default_rng([self.seed, season, *purpose.encode()])

    def write(self) -> None:
        environment = talent.season_environment(self.first - 1, self._rng(self.first - 1, "environment"))
        self._minor_season(self.first - 1, environment, called=set())
        for season in range(self.first, self.last + 1):
            self._season(season)
        self._write_kept()
        self._winter(self.last + 1)  # after everything else: no player whom it invents is told of
        self.shelf.write_documents()

    def _winter(self, season: int) -> None:
        """The winter before a season, and the rosters at its end."""
        careers.turn_winter(self.league, season, self._rng(season, "winter"))
        document = statsapi.roster_document(season, self.clubs, self.league.rosters)
        players = sum(len(roster.hitters) + len(roster.pitchers) for roster in self.league.rosters)
        self.shelf.keep_document(f"rosters/{rosters_file(statsapi.roster_date(season))}", document, players)

    def _season(self, season: int) -> None:
        self._winter(season)
        environment = talent.season_environment(season, self._rng(season, "environment"))
        second_half = careers.midseason_rosters(self.league, season, self._rng(season, "midseason"))
        self._keep_projections(season, environment)
        played = self._play(season, environment, second_half)
        called = self._debut(played)
        self._minor_season(season, environment, called)
        self.league.rosters = second_half
        record = draw_record(played, self._rng(season, "pitches"))
        self._write_season(record)
        self.plate_appearances += int(np.sum(o.IS_PLATE_APPEARANCE[played.plays["code"]]))
        self.pitches += int(record.sequences.length.sum())
        _LOG.info(
            "season %d: %d games, %d plays, %d pitches", season, len(played.sheets), len(record.at_bat),
            int(record.sequences.length.sum()),
        )  # fmt: skip

    def _play(self, season: int, environment: np.ndarray, second_half: list[careers.Roster]) -> Season:
        players = _in_order(self.league.rosters, second_half)
        played = Season(season, self.clubs, players, environment)
        rng = self._rng(season, "games")
        simulator = SeasonSimulator(played, self.parks, rng)
        fixtures = regular_season(season, len(self.clubs), self.games, self._rng(season, "schedule"))
        turned = fixtures[len(fixtures) // 2].date
        wins = np.zeros(len(self.clubs), dtype=int)
        for fixture in fixtures:
            simulator.play(fixture, self.league.rosters if fixture.date < turned else second_half)
            away, home = played.sheets[-1].score
            wins[fixture.home if home > away else fixture.away] += 1
        best = np.argsort(-wins, kind="stable")[:2]
        for fixture in world_series(season, int(best[0]), int(best[1]), games=2):
            simulator.play(fixture, second_half)
        return simulator.finish()

    def _debut(self, played: Season) -> set[int]:
        """Note first and last games; returns those who first played in this season (by MLBAM id)."""
        new: set[int] = set()
        plays = played.plays
        for game in range(len(played.sheets)):
            sheet = played.sheets[game]
            low, high = np.searchsorted(plays["game"], [game, game + 1])
            seen = {*sheet.lineups[0], *sheet.lineups[1], *plays["pitcher"][low:high].tolist()}
            for number in seen:
                player = played.players[number]
                if player.debut is None:
                    player.debut = sheet.fixture.date
                    new.add(player.identity.mlbam_id)
                player.last_game = sheet.fixture.date
        return new

    def _minor_season(self, season: int, environment: np.ndarray, called: set[int]) -> None:
        """Lines of everyone in the pool, and half a line of those who were called up during the season."""
        rng = self._rng(season, "minors")
        playing = list(self.league.prospects)
        playing += [
            player
            for player in self.league.everyone
            if player.identity.mlbam_id in called and player.debut and player.debut.month >= 7
        ]
        rows: dict[str, list[dict[str, object]]] = {"hitters": [], "rates": [], "batters": [], "pitchers": []}
        splits: dict[str, list[dict[str, object]]] = {"AA": [], "AAA": []}
        for place, player in enumerate(playing):
            share = 0.5 if player.debut else 1.0
            its_club, level = place % len(self.clubs), minors.level_of(player, season)
            counts = minors.play_minor_season(player, season, environment, rng, share=share)
            if player.is_pitcher:
                rows["pitchers"].append(minors.savant_row(player, season, counts))
                splits[level].append(statsapi.pitching_split(player, season, level, its_club, counts))
            else:
                line = minors.fangraphs_row(player, season, self.clubs[its_club], counts)
                rows["rates"].append(minors.fangraphs_rate_row(line, player))
                # FanGraphs' qualified export leaves out the short seasons.
                if counts["pa"] >= 285:
                    rows["hitters"].append(line)
                if level == "AAA" and season >= self.first_statcast - 1:
                    rows["batters"].append(minors.savant_row(player, season, counts))
        for player in playing:
            player.minor_seasons += 1
        for kind, made in rows.items():
            self.shelf.keep_rows(f"milb {kind}", made)
        for level, pitchers in splits.items():
            if pitchers:
                document = statsapi.pitching_document(season, level, self.clubs, pitchers)
                self.shelf.keep_document(f"milb/{lines_file(season, level, 'pitching')}", document, len(pitchers))

    def _keep_projections(self, season: int, environment: np.ndarray) -> None:
        players = [player for player in _in_order(self.league.rosters, []) if player.debut is not None]
        hitters, pitchers = projection_rows(players, season, environment, self._rng(season, "projections"))
        self.shelf.keep_rows("projected hitters", hitters)
        self.shelf.keep_rows("projected pitchers", pitchers)

    def _write_season(self, record: Record) -> None:
        season = record.season
        lines, batting = pitching_lines(season), batting_lines(season)
        stints = lahman.Stints(season)
        pitching_rows = lahman.pitching_rows(season, lines, stints)
        batting_rows = lahman.batting_rows(season, batting, pitching_rows, stints)
        self.shelf.keep_rows("Batting", batting_rows)
        self.shelf.keep_rows("Pitching", pitching_rows)
        self.shelf.keep_rows("Appearances", lahman.appearance_rows(season, batting, pitching_rows))
        self.shelf.keep_rows("Teams", lahman.team_rows(season, batting_rows, pitching_rows))
        self.shelf.keep("true talent", true_talent_rows(season))
        self.shelf.keep("pitching", retrosheet.pitching_columns(season, lines))  # type: ignore[arg-type]
        if season.season >= self.first_statcast:
            self._write_statcast(record)
            return
        rng = self._rng(season.season, "retrosheet")
        plays = retrosheet.play_columns(record, rng)
        self.shelf.write(f"retrosheet/plays_{season.season}.parquet", formats.PLAYS, plays)
        self.shelf.keep("gameinfo", retrosheet.game_columns(season, lines, rng))  # type: ignore[arg-type]
        self.shelf.keep("rosters", retrosheet.roster_columns(season, stints.appeared))  # type: ignore[arg-type]
        if season.season >= self.first_statcast - 2:
            self.shelf.keep("physics", retrosheet.physics_columns(record, rng))  # type: ignore[arg-type]

    def _write_statcast(self, record: Record) -> None:
        """One file a month; the last days of the last season as the daily downloads they would be."""
        season = record.season.season
        rng = self._rng(season, "statcast")
        rows = statcast_rows(record, rng, automatic_walks=season < self.last)
        regular = rows.filter(pc.equal(rows["game_type"], "R"))
        self._statcast(f"{season}-postseason", rows.filter(pc.not_equal(rows["game_type"], "R")))
        if season == self.last:
            for day in sorted(pc.unique(regular["game_date"]).to_pylist())[-_CSV_DAYS:]:
                self.shelf.write_savant_csv(
                    f"statcast/statcast_{day}.csv.gz", regular.filter(pc.equal(regular["game_date"], day))
                )
                regular = regular.filter(pc.not_equal(regular["game_date"], day))
        months = pc.month(regular["game_date"])
        for month in sorted(pc.unique(months).to_pylist()):
            self._statcast(f"{season}-{month:02d}", regular.filter(pc.equal(months, month)))

    def _statcast(self, period: str, rows: pa.Table) -> None:
        columns = {name: rows[name].combine_chunks() for name in rows.column_names}
        self.shelf.write(f"statcast/statcast_{period}.parquet", formats.STATCAST, columns)

    def _write_kept(self) -> None:
        majors = [player for player in self.league.everyone if player.debut is not None]
        self.shelf.keep_rows("People", lahman.people_rows(majors))
        self.shelf.keep_rows("register", lahman.register_rows(self.league.everyone))
        all_years, minor_years = f"{self.first}_{self.last}", f"{self.first - 1}_{self.last}"
        retro_years = f"{self.first}_{self.first_statcast - 1}"
        physics_years = f"{max(self.first, self.first_statcast - 2)}_{self.first_statcast - 1}"
        for kind, name, schema in (
            ("gameinfo", f"retrosheet/gameinfo_{retro_years}", formats.GAMEINFO),
            ("rosters", f"retrosheet/rosters_{retro_years}", formats.ROSTERS),
            ("physics", f"retrosheet/batted_ball_physics_{physics_years}", formats.PHYSICS),
            ("pitching", f"retrosheet/pitching_{all_years}", formats.PITCHING_LINES),
            ("People", "lahman/People", formats.PEOPLE),
            ("Batting", "lahman/Batting", formats.BATTING),
            ("Pitching", "lahman/Pitching", formats.PITCHING),
            ("Appearances", "lahman/Appearances", formats.APPEARANCES),
            ("Teams", "lahman/Teams", formats.TEAMS),
            ("register", "register/people", formats.REGISTER),
            ("milb hitters", f"milb/fangraphs_hitters_qualified_{minor_years}", formats.MILB_HITTERS),
            ("milb rates", f"milb/fangraphs_hitter_rates_{minor_years}", formats.MILB_HITTER_RATES),
            (
                "milb batters",
                f"milb/savant_batters_{self.first_statcast - 1}_{self.last}",
                formats.MILB_SAVANT_BATTERS,
            ),
            ("milb pitchers", f"milb/savant_pitchers_{minor_years}", formats.MILB_SAVANT_PITCHERS),
            ("projected hitters", f"projections/hitters_{all_years}", formats.PROJECTED_HITTERS),
            ("projected pitchers", f"projections/pitchers_{all_years}", formats.PROJECTED_PITCHERS),
            ("true talent", "true_talent", formats.TRUE_TALENT),
        ):
            self.shelf.write_kept(kind, f"{name}.parquet", schema)


def _in_order(first: list[careers.Roster], second: list[careers.Roster]) -> list[Player]:
    """Everyone on the rosters, once, in the order of their ids."""
    found = {
        player.identity.mlbam_id: player
        for roster in [*first, *second]
        for player in (*roster.hitters, *roster.pitchers)
    }
    return [found[key] for key in sorted(found)]


def write_league(
    folder: Path,
    *,
    seed: int = 7,
    first_season: int = 2014,
    last_season: int = 2024,
    first_statcast_season: int = 2022,
    teams: int = 8,
    games_per_team: int = 60,
) -> LeagueSummary:
    """Write a simulated league into `folder`, in the public formats and under their file names.

    Seasons before `first_statcast_season` are Retrosheet's, the others Statcast's; the last two of Retrosheet's have
    the batted-ball supplement. The same arguments always write the same bytes. `true_talent.parquet` and
    `simulated_league.json` stand beside them. Raises ValueError for a league that cannot be: an odd number of
    clubs or more than there are, or seasons out of order.
    """  # fmt: skip
    if not 2 <= teams <= len(CLUBS) or teams % 2:
        raise ValueError(f"teams={teams}: choose an even number from 2 to {len(CLUBS)}")
    if not first_season < first_statcast_season <= last_season:
        raise ValueError(
            f"first_statcast_season={first_statcast_season} must come after first_season={first_season} "
            f"and not after last_season={last_season}"
        )
    writer = _Writer(folder, seed, first_season, last_season, first_statcast_season, teams, games_per_team)
    writer.write()
    summary = LeagueSummary(
        folder=folder, seed=seed, first_season=first_season, last_season=last_season,
        first_statcast_season=first_statcast_season, teams=teams, games_per_team=games_per_team,
        plate_appearances=writer.plate_appearances, pitches=writer.pitches, files=writer.shelf.files,
    )  # fmt: skip
    manifest = {name: value for name, value in asdict(summary).items() if name != "folder"} | {"version": VERSION}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return summary
