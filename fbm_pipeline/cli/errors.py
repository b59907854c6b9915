"""The one error of this room: what a person typed cannot be done, and what to type instead."""


class CommandError(ValueError):
    """A command cannot do what was asked; the message says what to do next."""
