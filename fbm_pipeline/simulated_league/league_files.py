"""The files of a simulated league, under the names and in the formats of the public ones.

Belongs here: which file holds what. Not here: who plays whom, and when (league).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.simulated_league import careers, formats
from fbm_pipeline.simulated_league import lahman_files as lahman
from fbm_pipeline.simulated_league import minor_leagues as minors
from fbm_pipeline.simulated_league import retrosheet_files as retrosheet
from fbm_pipeline.simulated_league import statsapi_files as statsapi
from fbm_pipeline.simulated_league.books import batting_lines, pitching_lines
from fbm_pipeline.simulated_league.clubs import Club
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.simulated_league.public_projections import projection_rows
from fbm_pipeline.simulated_league.records import Record
from fbm_pipeline.simulated_league.seasons import true_talent_rows
from fbm_pipeline.simulated_league.shelf import Shelf
from fbm_pipeline.simulated_league.statcast_files import statcast_rows
from fbm_pipeline.sources.club_roster_fetch import file_name as rosters_file
from fbm_pipeline.sources.minor_league_fetch import file_name as lines_file

_CSV_DAYS = 3


class LeagueFiles:
    """Writes the files of each season as it is over, and at the end those that hold all seasons.

    `rng` gives a generator of its own for every season and purpose. `rows` counts what was written, by path.
    """

    def __init__(
        self,
        folder: Path,
        clubs: Sequence[Club],
        first: int,
        last: int,
        first_statcast: int,
        rng: Callable[[int, str], np.random.Generator],
    ) -> None:
        self.shelf = Shelf(folder)
        self.clubs = clubs
        self.first, self.last, self.first_statcast = first, last, first_statcast
        self._rng = rng

    @property
    def rows(self) -> dict[str, int]:
        return self.shelf.files

    def keep_rosters(self, season: int, rosters: Sequence[careers.Roster]) -> None:
        """The rosters at the end of the winter before a season."""
        document = statsapi.roster_document(season, self.clubs, rosters)
        players = sum(len(roster.hitters) + len(roster.pitchers) for roster in rosters)
        self.shelf.keep_document(f"rosters/{rosters_file(statsapi.roster_date(season))}", document, players)

    def minor_season(self, season: int, environment: np.ndarray, playing: Sequence[Player]) -> None:
        """Play a season of the minors and keep its lines: half a line of those who came to the majors."""
        rng = self._rng(season, "minors")
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
        for kind, made in rows.items():
            self.shelf.keep_rows(f"milb {kind}", made)
        for level, pitchers in splits.items():
            if pitchers:
                document = statsapi.pitching_document(season, level, self.clubs, pitchers)
                self.shelf.keep_document(f"milb/{lines_file(season, level, 'pitching')}", document, len(pitchers))

    def keep_projections(self, season: int, environment: np.ndarray, players: list[Player]) -> None:
        """What the public systems say of the players before a season."""
        hitters, pitchers = projection_rows(players, season, environment, self._rng(season, "projections"))
        self.shelf.keep_rows("projected hitters", hitters)
        self.shelf.keep_rows("projected pitchers", pitchers)

    def write_season(self, record: Record) -> None:
        """Keep the lines of a season that is over, and write its plays or pitches."""
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
        self.shelf.write(f"retrosheet/plays_{season.season}.parquet", formats.SCHEMAS["plays"], plays)
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
        self.shelf.write(f"statcast/statcast_{period}.parquet", formats.SCHEMAS["statcast"], columns)

    def write_kept(self, everyone: Sequence[Player]) -> None:
        """Write the files that hold all seasons."""
        majors = [player for player in everyone if player.debut is not None]
        self.shelf.keep_rows("People", lahman.people_rows(majors))
        self.shelf.keep_rows("register", lahman.register_rows(everyone))
        all_years, minor_years = f"{self.first}_{self.last}", f"{self.first - 1}_{self.last}"
        retro_years = f"{self.first}_{self.first_statcast - 1}"
        physics_years = f"{max(self.first, self.first_statcast - 2)}_{self.first_statcast - 1}"
        for kind, name in (
            ("gameinfo", f"retrosheet/gameinfo_{retro_years}"),
            ("rosters", f"retrosheet/rosters_{retro_years}"),
            ("physics", f"retrosheet/batted_ball_physics_{physics_years}"),
            ("pitching", f"retrosheet/pitching_{all_years}"),
            ("People", "lahman/People"),
            ("Batting", "lahman/Batting"),
            ("Pitching", "lahman/Pitching"),
            ("Appearances", "lahman/Appearances"),
            ("Teams", "lahman/Teams"),
            ("register", "register/people"),
            ("milb hitters", f"milb/fangraphs_hitters_qualified_{minor_years}"),
            ("milb rates", f"milb/fangraphs_hitter_rates_{minor_years}"),
            ("milb batters", f"milb/savant_batters_{self.first_statcast - 1}_{self.last}"),
            ("milb pitchers", f"milb/savant_pitchers_{minor_years}"),
            ("projected hitters", f"projections/hitters_{all_years}"),
            ("projected pitchers", f"projections/pitchers_{all_years}"),
            ("true talent", "true_talent"),
        ):
            self.shelf.write_kept(kind, f"{name}.parquet")

    def write_documents(self) -> None:
        """Write the rosters and the lines of the Stats API, after all else."""
        self.shelf.write_documents()
