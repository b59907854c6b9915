"""The raw tables: columns as their sources name them, typed, with the file each row came from."""

from fbm_pipeline.store.contracts import CONTRACTS, Contract

RAW_CONTRACTS: dict[str, Contract] = {}

ALL_CONTRACTS: dict[str, Contract] = {**RAW_CONTRACTS, **CONTRACTS}
