"""Windows made by hand: plate appearances, or the profile, carry the player's deviation from his prior."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, PHYSICS, RESERVED, STATE_NUMERICS
from fbm_pipeline.network.plate_appearances import pitches_of
from fbm_pipeline.network.player_games import CONTEXT_SIZES, OUTCOME_KINDS, PlayerGames
from fbm_pipeline.network.windows import TARGET_HORIZONS, Targets, Windows, day_number

PROFILE_NAMES = ("age", "career_so_rate", "career_bb_rate", "one_year_so_rate", "prior_so_rate")


def planted_windows(
    players: int = 120,
    *,
    player_type: str = "batter",
    games: int = 5,
    width: int = 6,
    signal: float = 1.0,
    identity_signal: float = 0.0,
    empty: int = 4,
    archetypes: int = 3,
    season: int = 2010,
    seed: int = 3,
) -> Windows:
    """Half of the players have target season `season`, half the next one. The first `empty` have no games."""
    draw = np.random.default_rng(seed)
    heads = len(head_statistics(player_type))
    deviation = draw.normal(0, 0.5, players)
    prior = draw.uniform(0.08, 0.3, (players, heads))
    truth = prior * np.exp(deviation)[:, None] / (1 + prior * np.expm1(deviation)[:, None])
    trials = np.stack([np.full((players, heads), 20), np.full((players, heads), 400)], axis=1)
    trials[1] = 0  # one who did not play
    successes = draw.binomial(trials, truth[:, None, :].repeat(len(TARGET_HORIZONS), axis=1))
    target_season = np.where(np.arange(players) < players // 2, season, season + 1).astype(np.int16)
    as_of = np.array([day_number(preseason(int(s))) for s in target_season], np.int32)
    counts = np.where(np.arange(players) < empty, 0, draw.integers(1, games + 1, players))
    end = counts.cumsum()
    owner = np.repeat(np.arange(players), counts)
    profile = draw.normal(size=(players, len(PROFILE_NAMES))).astype(np.float32)
    profile[:, 0] += (identity_signal * deviation * 4).astype(np.float32)
    game_table, embeddings = _games(draw, owner, as_of, deviation * signal, player_type, width)
    return Windows(
        player_type=player_type,
        season=target_season,
        mlbam_id=np.arange(players, dtype=np.int32) + 1000,
        as_of_day=as_of,
        first_game=end - counts,
        end_game=end,
        profile=profile,
        profile_names=PROFILE_NAMES,
        archetype=draw.integers(0, archetypes, players),
        prior=prior,
        weight=draw.uniform(200, 900, (players, heads)),
        targets=Targets(successes.astype(np.int32), trials.astype(np.int32), trials[:, 1, 0].astype(np.int32)),
        games=game_table,
        embeddings=embeddings,
        encoder="planted",
    )


def with_pitches(windows: Windows, seed: int = 4) -> Windows:
    """The windows with outings of random pitches in place of embeddings, six plate appearances an outing."""
    draw = np.random.default_rng(seed)
    n = len(windows.embeddings)
    lengths = draw.integers(1, 5, n)
    tokens = int(lengths.sum())
    outings = Outings(
        ids=np.column_stack([draw.integers(RESERVED, size, tokens) for size in FIELD_SIZES.values()]).astype(np.uint8),
        physics=np.vstack([np.full((1, len(PHYSICS)), np.nan), draw.normal(size=(tokens, len(PHYSICS)))]).astype(
            np.float32
        ),
        physics_row=np.where(draw.random(tokens) < 0.5, np.arange(tokens) + 1, 0).astype(np.int32),
        state=draw.normal(size=(tokens, len(STATE_NUMERICS))).astype(np.float32),
        pa_starts=np.r_[0, lengths.cumsum()].astype(np.int64),
        outing_starts=np.unique(np.r_[np.arange(0, n, 6), n]).astype(np.int64),
        pa_rows=draw.permutation(n).astype(np.int64),
        game_id=pa.array(["G"] * n),
        plate_appearance=np.arange(n, dtype=np.int16),
    )
    encoder = EncoderShape(width=8, layers=2, heads=2, embedding=windows.embeddings.shape[1])
    return replace(windows, embeddings=windows.embeddings[:1], pitches=pitches_of(outings, encoder))


def encoder_of(windows: Windows) -> OutingEncoder:
    """An untrained encoder of the windows' pitches that treats every measurement as known."""
    assert windows.pitches is not None
    encoder = OutingEncoder(windows.pitches.encoder)
    encoder.initialise(torch.Generator().manual_seed(2))
    encoder.numeric_seen.fill_(True)
    return encoder


def _games(
    draw: np.random.Generator, owner: np.ndarray, as_of: np.ndarray, told: np.ndarray, player_type: str, width: int
) -> tuple[PlayerGames, np.ndarray]:
    n = len(owner)
    longest = 8 if player_type == "batter" else 40
    lengths = draw.integers(1, longest + 1, n)
    ends = lengths.cumsum()
    embeddings = draw.normal(0, 0.5, (int(ends[-1]), width))
    embeddings[:, 0] += np.repeat(told[owner], lengths) * 3
    ago = np.sort(draw.integers(150, 400, n))[::-1]
    order = np.lexsort((-ago, owner))
    games = PlayerGames(
        mlbam_id=(owner + 1000).astype(np.int32),
        day=(as_of[owner] - ago[order]).astype(np.int32),
        season=(2000 + draw.integers(0, 2, n)).astype(np.int16),
        is_home=draw.integers(0, 2, n).astype(np.uint8),
        is_starter=draw.integers(0, 2, n).astype(np.uint8),
        first_plate_appearance=np.r_[0, ends].astype(np.int64),
        embedding_row=draw.permutation(int(ends[-1])).astype(np.int32),
        context=np.column_stack([draw.integers(0, size, int(ends[-1])) for size in CONTEXT_SIZES]).astype(np.uint8),
        outcome=np.random.default_rng(int(ends[-1])).integers(0, OUTCOME_KINDS, int(ends[-1])).astype(np.uint8),
    )
    shuffled = np.empty_like(embeddings)
    shuffled[games.embedding_row] = embeddings
    return games, shuffled.astype(np.float16)
