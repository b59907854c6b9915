"""Learning rates by step: a linear warm-up, then half a cosine to zero, in the two forms that recorded weights need.

The forms agree but for rounding of the warm-up's length; making them one would move every recorded weight.
"""

import math

WARM_UP = 0.05  # share of all steps


def learning_rate_at(step: int, steps: int, peak: float) -> float:
    """For Levels 2 and 3: a warm-up of whole steps, which reaches `peak` with its last."""
    warm = max(round(WARM_UP * steps), 1)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))


def learning_rate_by_share(step: int, steps: int, peak: float) -> float:
    """For Level 1: a warm-up by the share of steps done, not rounded to whole steps."""
    done = step / max(steps, 1)
    if done < WARM_UP:
        return peak * (step + 1) / (WARM_UP * steps + 1)
    return peak * 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))
