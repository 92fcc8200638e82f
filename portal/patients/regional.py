"""The way dates are written where a patient lives: their language, with their country where that makes a difference."""

from functools import cache

from babel.localedata import locale_identifiers

# What Babel writes without being told a country; said anew it would only make another name for the same.
_MEANT = {"en": "US"}


@cache
def locale(language: str, country: str) -> str:
    """Return the locale for a language as it is used in a country; the language alone where there is no such locale.

    Args:
        language: a code, such as "en".
        country: two letters, "" where it is not known.
    """
    code = language.replace("-", "_")
    whole = f"{code}_{country.upper()}"
    is_other = bool(country) and "_" not in code and _MEANT.get(code) != country.upper()
    return whole if is_other and whole in locale_identifiers() else code
