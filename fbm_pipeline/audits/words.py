"""Words of a season's pitches that the frozen vocabulary of Level 1 does not know, by field, against what is allowed.

A source that changes a code, or a join that breaks, turns words into UNKNOWN: the encoder would read on in silence.
Not here: the vocabulary itself (samples).
"""

from collections.abc import Mapping, Sequence

from fbm_pipeline.level1.outings import load_outings, unknown_shares
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "known_words"
STATEMENT = "audits/sources_of_a_season"
ALLOWED = 0.01  # of the tokens that a field applies to
# What a source does not record at all, or not always: Retrosheet has no types of pitches and does not name every
# fielder, and before 2003 it leaves out what kind of ball a third of those in play was; Statcast does not name the
# fielder.
ALLOWED_BY_SOURCE: Mapping[str, Mapping[str, float]] = {
    "retrosheet": {"pitch_type": 1.0, "fielder": 0.10, "bases": 0.02},
    "statcast": {"fielder": 1.0, "pitch_type": 0.02},
}
EARLY, ALLOWED_EARLY = 2002, {"hit_type": 0.40}


def audit_words(store: Store, season: int) -> CheckResult:
    """The share of UNKNOWN in every field of a season. Raises ValueError as `load_outings` does."""
    with session(store, tables=["core.plate_appearances"]) as connection:
        sources = query(connection, STATEMENT, {"season": season}).column("source").to_pylist()
    shares = unknown_shares(load_outings(store, season))
    limits = allowed(sources, season)
    beyond = {name: share for name, share in shares.items() if share > limits.get(name, ALLOWED)}
    fields = "; ".join(f"{name} {share:.2%}" for name, share in beyond.items())
    summary = (
        f"{season}: UNKNOWN beyond what is allowed in {fields}. Look for new codes in the source, and append their "
        "words."
        if beyond
        else f"{season}: all {len(shares)} fields hold known words"
    )
    return CheckResult(NAME, not beyond, summary, {"season": season, "shares": shares, "allowed": limits})


def allowed(sources: Sequence[str], season: int) -> dict[str, float]:
    """The largest share of UNKNOWN by field, where it is more than ALLOWED."""
    limits = dict(ALLOWED_EARLY) if season <= EARLY else {}
    for source in sources:
        for name, share in ALLOWED_BY_SOURCE[source].items():
            limits[name] = max(share, limits.get(name, 0.0))
    return limits
