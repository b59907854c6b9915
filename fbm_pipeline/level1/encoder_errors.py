"""What Level 1 says when it cannot do as asked."""


class EncoderError(ValueError):
    """Level 1 cannot be trained or used as asked; the message says why and what to do."""
