"""Every table, by room and by name: the declarations of all rooms. Nothing is declared here."""

from collections.abc import Mapping

from fbm_pipeline.ablations import tables as ablations
from fbm_pipeline.aggregates import tables as aggregates
from fbm_pipeline.backtest import tables as backtest
from fbm_pipeline.controls import tables as controls
from fbm_pipeline.evaluation import tables as evaluation
from fbm_pipeline.identity import tables as identity
from fbm_pipeline.level1 import tables as level1
from fbm_pipeline.marcel import tables as marcel
from fbm_pipeline.mle import tables as mle
from fbm_pipeline.network import tables as network
from fbm_pipeline.parks import tables as parks
from fbm_pipeline.player_vectors import tables as player_vectors
from fbm_pipeline.playing_time import tables as playing_time
from fbm_pipeline.publish import tables as publish
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.warehouse import tables as warehouse

_PRIORS = (marcel, aggregates, parks, playing_time, mle, identity)
_LEARNED = (level1, player_vectors, controls, network)
_MODULES = (warehouse, *_PRIORS, *_LEARNED, backtest, evaluation, publish, ablations)

ROOMS: Mapping[str, tuple[Table, ...]] = {module.__name__.split(".")[1]: module.TABLES for module in _MODULES}
TABLES: Mapping[str, Table] = {table.name: table for tables in ROOMS.values() for table in tables}
