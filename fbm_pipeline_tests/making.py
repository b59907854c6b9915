"""Makes declared tables in tests as Dagster's assets do: by their declarations, whatever the builder is called."""

from fbm_pipeline.presets.presets import PRESETS, Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.months import make_months
from fbm_pipeline.warehouse.tables import GAME_TABLES


def make_table(
    store: Store, name: str, settings: Settings | Preset = PRESETS["real"], **partition: int | str
) -> Written:
    """One partition of a table by its name; its settings from a preset, or from a run's where it asks for more."""
    return make(store, TABLES[name], partition, settings)


def fit_constants(store: Store, player_type: str, preset: Preset) -> Written:
    return make_table(store, "features.marcel_constants", preset, player_type=player_type)


def make_marcel_rates(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.marcel_rates", player_type=player_type, season=season)


def make_translations(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.mle_translations", player_type=player_type, season=season)


def make_debut_means(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.debut_means", player_type=player_type, season=season)


def make_mle_rates(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.mle_rates", player_type=player_type, season=season)


def make_stat_profiles(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.stat_profiles", player_type=player_type, season=season)


def fit_archetypes(store: Store, player_type: str, preset: Preset) -> Written:
    return make_table(store, "features.archetype_centroids", preset, player_type=player_type)


def assign_archetypes(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.archetypes", player_type=player_type, season=season)


def create_reads(store: Store, name: str) -> None:
    """Make what a table reads, without rows where a test wrote none; what may be absent stays absent."""
    for read, window in TABLES[name].reads.items():
        if not window.optional:
            store.create(read)


def make_sequence_counts(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.sequence_counts", player_type=player_type, season=season)


def make_physics_counts(store: Store, season: int) -> Written:
    create_reads(store, "features.physics_counts")
    return make_table(store, "features.physics_counts", season=season)


def make_park_factors(store: Store, season: int) -> Written:
    return make_table(store, "features.park_factors", season=season)


def make_playing_time(store: Store, player_type: str, season: int) -> Written:
    create_reads(store, "features.playing_time")
    return make_table(store, "features.playing_time", player_type=player_type, season=season)


def make_newcomer_playing_time(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.newcomer_playing_time", player_type=player_type, season=season)


def make_control_rates(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.control_rates", player_type=player_type, season=season)


def make_player_vectors(store: Store, settings: Settings, cutoff: int) -> Written:
    return make(store, TABLES["models.player_vectors"], {"cutoff": cutoff}, settings)


def make_season_embeddings(store: Store, settings: Settings, arm: str, cutoff: int, season: int) -> Written:
    partition = {"arm": arm, "cutoff": cutoff, "season": season}
    return make(store, TABLES["models.season_embeddings"], partition, settings)


def predict_fold(store: Store, settings: Settings, player_type: str, season: int) -> Written:
    return make_table(store, "models.predictions", settings, player_type=player_type, fold=season)


def make_blend_weights(store: Store, season: int) -> Written:
    return make_table(store, "evaluation.blend_weights", season=season)


def make_error_spread(store: Store, settings: Settings, season: int) -> Written:
    return make_table(store, "evaluation.error_spread", settings, season=season)


def make_backtest(store: Store, season: int) -> Written:
    return make_table(store, "evaluation.backtest", season=season)


def make_scores(store: Store, settings: Settings) -> Written:
    return make_table(store, "evaluation.scores", settings)


def make_pairs(store: Store, settings: Settings) -> Written:
    return make_table(store, "evaluation.pairs", settings)


def publish(store: Store, settings: Settings, season: int) -> Written:
    """publish.projections and its files, as the asset makes them."""
    from fbm_pipeline.publish.projections import export

    written = make_table(store, "publish.projections", season=season)
    export(store, settings, season)
    return written


def make_core(store: Store, name: str, season: int) -> list[Written]:
    """A core table of a season by its name without the schema: tables of games by the month, the others whole."""
    table = TABLES[f"core.{name}"]
    if table in GAME_TABLES:
        return make_months(store, table, season)
    partition = {"season": season} if table.partition_by else {}
    return [make_table(store, table.name, **partition)]
