"""Telling a phone number from other words, and the address by which a phone calls it. Pure."""

import re

FEWEST, MOST = 3, 15
"""Digits: an emergency number has three, and no number in the world has more than fifteen (ITU-T E.164)."""
_WITHIN = re.compile(r"(?<![0-9])\+?[0-9(][0-9 ()./-]{5,}[0-9]")
_FEWEST_WITHIN = 7
"""Fewer digits among other words are a house, a bus or a time."""
_WRITTEN = re.compile(r"(\+?[0-9 ()./-]+?)(?: ?x ?([0-9]{1,6}))?")


def href(text: str) -> str:
    """Return the `tel:` address of what somebody wrote; "" where it is no phone number.

    Args:
        text: as written, like "+1 (212) 555-0134 x 12"; what follows the x is dialled after a pause.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return ""
    digits = re.sub(r"[^0-9]", "", found[1])
    if not FEWEST <= len(digits) <= MOST:
        return ""
    return f"tel:{'+' if found[1].startswith('+') else ''}{digits}" + (f",{found[2]}" if found[2] else "")


def within(text: str) -> str:
    """Return the first phone number among other words, as it is written; "" where there is none.

    Args:
        text: as written, like "Ines, +1 503 555 0177".
    """
    for found in _WITHIN.findall(text):
        if href(found) and len(re.sub(r"[^0-9]", "", found)) >= _FEWEST_WITHIN:
            return str(found)
    return ""
