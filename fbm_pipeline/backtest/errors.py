"""The one error of this room. Not here: contract violations, which the store raises itself."""


class EvaluationError(ValueError):
    """An evaluation lacks what it needs; the message names the table, what was found and the next step."""
