"""Write a simulated league: the same files as a person with real data would have, from players of known talent.

Belongs here: the order of seasons. Not here: baseball, and which file holds what (league_files).
"""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fbm_pipeline.simulated_league import careers, odds, talent
from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league.clubs import CLUBS, HITTERS_PARK
from fbm_pipeline.simulated_league.league_files import LeagueFiles
from fbm_pipeline.simulated_league.players import Player
from fbm_pipeline.simulated_league.records import draw_record
from fbm_pipeline.simulated_league.schedule import regular_season, world_series
from fbm_pipeline.simulated_league.seasons import Season, SeasonSimulator

VERSION = 2  # of the simulation: it changes whenever the same seed would write other bytes
MANIFEST = "simulated_league.json"
_LOG = logging.getLogger("fbm_pipeline.simulated_league")


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
    "demo": LeagueSize(2020, 2024, 2023, teams=4, games_per_team=56),
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
    """Plays the seasons in order and has their files written."""

    def __init__(self, folder: Path, seed: int, size: LeagueSize) -> None:
        self.seed, self.first, self.last = seed, size.first_season, size.last_season
        self.games = size.games_per_team
        self.clubs = CLUBS[: size.teams]
        self.files = LeagueFiles(folder, self.clubs, self.first, self.last, size.first_statcast_season, self._rng)
        rng = self._rng(self.first - 1, "founding")
        self.league = careers.found_league(self.clubs, self.first - 1, rng)
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
        self.files.write_kept(self.league.everyone)
        self._winter(self.last + 1)  # after everything else: no player whom it invents is told of
        self.files.write_documents()

    def _winter(self, season: int) -> None:
        """The winter before a season, and the rosters at its end."""
        careers.turn_winter(self.league, season, self._rng(season, "winter"))
        self.files.keep_rosters(season, self.league.rosters)

    def _season(self, season: int) -> None:
        self._winter(season)
        environment = talent.season_environment(season, self._rng(season, "environment"))
        second_half = careers.midseason_rosters(self.league, season, self._rng(season, "midseason"))
        players = [player for player in _in_order(self.league.rosters, []) if player.debut is not None]
        self.files.keep_projections(season, environment, players)
        played = self._play(season, environment, second_half)
        called = self._debut(played)
        self._minor_season(season, environment, called)
        self.league.rosters = second_half
        record = draw_record(played, self._rng(season, "pitches"))
        self.files.write_season(record)
        self.plate_appearances += int(np.sum(o.IS_PLATE_APPEARANCE[played.plays["code"]]))
        self.pitches += int(record.sequences.length.sum())
        _LOG.info(
            "season %d: %d games, %d plays, %d pitches",
            season,
            len(played.sheets),
            len(record.at_bat),
            int(record.sequences.length.sum()),
        )

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
        playing = list(self.league.prospects)
        playing += [
            player
            for player in self.league.everyone
            if player.identity.mlbam_id in called and player.debut and player.debut.month >= 7
        ]
        self.files.minor_season(season, environment, playing)
        for player in playing:
            player.minor_seasons += 1


def _in_order(first: list[careers.Roster], second: list[careers.Roster]) -> list[Player]:
    """Everyone on the rosters, once, in the order of their ids."""
    players = {
        player.identity.mlbam_id: player
        for roster in [*first, *second]
        for player in (*roster.hitters, *roster.pitchers)
    }
    return [players[key] for key in sorted(players)]


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
    """
    if not 2 <= teams <= len(CLUBS) or teams % 2:
        raise ValueError(f"teams={teams}: choose an even number from 2 to {len(CLUBS)}")
    if not first_season < first_statcast_season <= last_season:
        raise ValueError(
            f"first_statcast_season={first_statcast_season} must come after first_season={first_season} "
            f"and not after last_season={last_season}"
        )
    size = LeagueSize(first_season, last_season, first_statcast_season, teams, games_per_team)
    writer = _Writer(folder, seed, size)
    writer.write()
    summary = LeagueSummary(
        folder=folder,
        seed=seed,
        **asdict(size),
        plate_appearances=writer.plate_appearances,
        pitches=writer.pitches,
        files=writer.files.rows,
    )
    manifest = {name: value for name, value in asdict(summary).items() if name != "folder"} | {"version": VERSION}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return summary
