"""E-mail addresses, in the one form in which two of them are the same. Pure."""

import unicodedata


def normal(address: str) -> str:
    """Return an address as it is stored and looked up: without spaces around it, in small letters."""
    return unicodedata.normalize("NFKC", address).strip().lower()
