"""The controls with the minors: ridge and control once more, on `mle` in the place of Marcel.

The translated rates replace the prior of every player with a line in the minors, in the rows that teach as in those
projected, and how far they moved him is one more block of columns. Chosen on target seasons 2010-2017 among batters
below 500 PA: the block on Marcel alone gains less in strikeouts and walks, and as much in home runs. Where hardly a
row that teaches has a line in the minors there is nothing to learn on that prior, and they are those on Marcel.
"""

from dataclasses import replace

import numpy as np

from fbm_pipeline.controls.fits import CONTROL, CONTROL_PENALTY, LINES_PENALTY, SEED, Rates, fit_both
from fbm_pipeline.controls.frame import Frame
from fbm_pipeline.controls.minors_block import TABLE, minors_block, minors_prior
from fbm_pipeline.store.tables import Store

# What a control learnt on Marcel it would add to `mle` a second time: pitches hold much of what the minors hold, and
# pitchers, with two target seasons of lines in twenty, lost home runs and hits by it. Batters have .06 in 2010 and more
# every year.
KNOWN_SHARE = 0.05


def minors_rates(store: Store, frame: Frame, player_type: str, plain: Rates) -> Rates:
    """The rates of `ridge_minors`, `control_minors` and `control_full`; none where the season has no `mle` rates.

    `plain` are those of the controls on Marcel, which they are below KNOWN_SHARE.
    """
    if not any(
        part["player_type"] == player_type and int(part["season"]) == frame.season for part in store.partitions(TABLE)
    ):
        return {}
    with_minors = on_minors(store, frame, player_type)
    if share_known(frame, with_minors) < KNOWN_SHARE:
        same = {"ridge_minors": "ridge", "control_minors": "control", "control_full": "control_parks"}
        return {system: plain[other] for system, other in same.items()}
    penalty = CONTROL_PENALTY[player_type]
    lines, _ = fit_both(with_minors, ("lines", "minors"), LINES_PENALTY[player_type], None)
    ridge, trees = fit_both(with_minors, (*CONTROL, "minors"), penalty, SEED)
    ridge_in_parks, trees_in_parks = fit_both(with_minors, (*CONTROL, "parks", "minors"), penalty, SEED)
    return {
        "ridge_minors": lines,
        "control_minors": (ridge + trees) / 2.0,
        "control_full": (ridge_in_parks + trees_in_parks) / 2.0,
    }


def on_minors(store: Store, frame: Frame, player_type: str) -> Frame:
    """The frame with `mle` as its prior where that was made, and the block of the minors."""
    prior, _ = minors_prior(store, player_type, frame.players.season, frame.players.mlbam_id)
    blocks = {**frame.blocks, "minors": minors_block(store, player_type, frame.players)}
    return replace(frame, prior=np.where(np.isnan(prior), frame.prior, prior), blocks=blocks)


def share_known(frame: Frame, with_minors: Frame) -> float:
    """Of the weight of the rows that teach, the share of those that have minors; `with_minors` is from `on_minors`."""
    known = (with_minors.prior != frame.prior).any(axis=1) | (with_minors.blocks["minors"].values != 0).any(axis=1)
    return float(frame.weight @ known / frame.weight.sum())
