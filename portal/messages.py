"""How pure code marks what people will read."""


def N_(message: str) -> str:
    """Return the message id; the name is how the catalogue of translations finds what the edge translates later."""
    return message
