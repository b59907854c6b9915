"""What each switch does to the windows, and that it does nothing else: the untouched network reads what is left."""

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.network.batches import TIME_FEATURES, assemble
from fbm_pipeline.network.inputs import SHRINKAGE, changed_windows
from fbm_pipeline.network.priors import SYSTEMS, Priors
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.presets.network import SEQUENCES, Network
from fbm_pipeline_tests.network.planted import planted_windows

WINDOWS = planted_windows(40)
ROWS = np.arange(len(WINDOWS))


def priors_of(windows: Windows) -> Priors:
    draw = np.random.default_rng(1)
    shape = (len(windows), len(SYSTEMS), len(statistics("batter")))
    return Priors(
        "batter",
        windows.season,
        windows.mlbam_id,
        draw.uniform(0.1, 0.2, shape),
        draw.uniform(100, 200, shape),
        np.full(shape, 0.25),
        np.full(len(windows), 300.0),
    )


def changed(seed: int = 5, **changes: object) -> Windows:
    return changed_windows(WINDOWS, Network(seed=seed).changed(**changes), priors_of(WINDOWS))


def games_of(windows: Windows, sample: int) -> list[bytes]:
    """Each game of a window as the bytes of its plate appearances' embeddings, in order."""
    starts = windows.games.first_plate_appearance
    return [
        windows.embeddings[windows.games.embedding_row[starts[game] : starts[game + 1]]].tobytes()
        for game in range(windows.first_game[sample], windows.end_game[sample])
    ]


def test_the_reference_is_left_alone() -> None:
    assert changed_windows(WINDOWS, Network(), priors_of(WINDOWS)) is WINDOWS


@pytest.mark.parametrize("sequence", [name for name in SEQUENCES if name not in ("games", "empty")])
def test_who_had_no_games_still_has_none_and_who_had_still_has(sequence: str) -> None:
    before = assemble(WINDOWS, ROWS).visible.any(dim=1)
    after = assemble(changed(sequence=sequence), ROWS).visible.any(dim=1)
    assert (~before).sum() == 4
    assert after.equal(before)


def test_empty_windows_are_empty() -> None:
    assert not assemble(changed(sequence="empty"), ROWS).visible.any()


def test_without_its_sequence_every_player_shows_the_same_game() -> None:
    batch = assemble(changed(sequence="none"), ROWS)
    (bucket,) = batch.buckets
    assert len(bucket.slot) == 36
    assert not bucket.embedding.any()
    assert not bucket.context.any()
    times = batch.time[batch.visible]
    assert times.equal(times[:1].expand_as(times))
    assert np.array_equal(batch.profile.numpy(), WINDOWS.profile)


def test_shuffled_games_keep_their_dates_and_are_the_same_games() -> None:
    mixed = changed(sequence="shuffled")
    moved = 0
    for sample in ROWS:
        before, after = games_of(WINDOWS, sample), games_of(mixed, sample)
        assert sorted(before) == sorted(after)
        moved += before != after
        days = [
            windows.games.day[windows.first_game[sample] : windows.end_game[sample]] for windows in (WINDOWS, mixed)
        ]
        assert np.array_equal(*days)
    assert moved > 15
    again, other = changed(sequence="shuffled"), changed(6, sequence="shuffled")
    assert [games_of(again, s) for s in ROWS] == [games_of(mixed, s) for s in ROWS]
    assert [games_of(other, s) for s in ROWS] != [games_of(mixed, s) for s in ROWS]


def test_a_games_mean_stands_in_each_of_its_plate_appearances() -> None:
    batch, before = assemble(changed(sequence="game_mean"), ROWS), assemble(WINDOWS, ROWS)
    assert batch.time.equal(before.time)  # how many plate appearances there were is still told
    for bucket, original in zip(batch.buckets, before.buckets, strict=True):
        assert not bucket.context[bucket.visible].any()
        counts = original.visible.sum(dim=1)[:, None]
        means = (original.embedding.sum(dim=1) / counts)[:, None, :].expand_as(bucket.embedding)
        np.testing.assert_allclose(bucket.embedding[bucket.visible], means[bucket.visible], atol=2e-3)  # float16


def test_a_windows_mean_is_shrunk_toward_the_league_by_its_size() -> None:
    windows = changed(sequence="window_mean")
    starts = WINDOWS.games.first_plate_appearance
    seen = {
        sample: WINDOWS.embeddings[
            WINDOWS.games.embedding_row[starts[WINDOWS.first_game[sample]] : starts[WINDOWS.end_game[sample]]]
        ].astype(np.float64)
        for sample in ROWS
    }
    for season in (2010, 2011):
        samples = [sample for sample in ROWS if WINDOWS.season[sample] == season and len(seen[sample])]
        league = np.concatenate([seen[sample] for sample in samples]).mean(axis=0)
        for sample in samples:
            n = len(seen[sample])
            expected = n * (seen[sample].mean(axis=0) - league) / (n + SHRINKAGE)
            np.testing.assert_allclose(windows.embeddings[sample], expected, atol=1e-5)
    batch = assemble(windows, ROWS)
    times = batch.time[batch.visible][:, [i for i, name in enumerate(TIME_FEATURES) if name != "is_home"]]
    assert times.equal(times[:1].expand_as(times))


def test_identity_is_taken_away_in_parts() -> None:
    for identity, profile, archetype in (("profile", 1, 0), ("archetype", 0, 1), ("none", 0, 0)):
        windows = changed(identity=identity)
        assert np.array_equal(windows.profile, WINDOWS.profile * profile)
        assert np.array_equal(windows.archetype, WINDOWS.archetype * archetype)
        assert windows.games is WINDOWS.games
        assert windows.prior is WINDOWS.prior


def test_shuffled_identities_are_others_of_the_same_season() -> None:
    windows = changed(identity="shuffled")
    for season in np.unique(WINDOWS.season):
        rows = WINDOWS.season == season
        assert not np.array_equal(windows.profile[rows], WINDOWS.profile[rows])
        both = [np.column_stack([part.profile[rows], part.archetype[rows]]) for part in (windows, WINDOWS)]
        assert sorted(map(tuple, both[0])) == sorted(map(tuple, both[1]))  # profile and archetype move together


def test_a_horizon_left_out_is_the_mean_player_in_its_columns_only() -> None:
    windows = changed(horizons=("career", "three_year", "thirty_day", "prior"))
    for column, name in enumerate(WINDOWS.profile_names):
        expected = 0 * WINDOWS.profile[:, column] if name.startswith("one_year_") else WINDOWS.profile[:, column]
        assert np.array_equal(windows.profile[:, column], expected), name


def test_the_prior_is_what_the_word_says() -> None:
    priors = priors_of(WINDOWS)
    heads = [item.head for item in statistics("batter")]
    league, classic = changed(prior="league"), changed(prior="marcel_classic")
    assert (league.prior == 0.25).all()
    assert np.array_equal(classic.prior, priors.rates[:, SYSTEMS.index("marcel_classic")][:, heads])
    assert np.array_equal(classic.weight, priors.weights[:, SYSTEMS.index("marcel_classic")][:, heads])
