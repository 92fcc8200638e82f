"""Where somebody is among what they answer in one go. Pure."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where somebody is among what they answer in one go: the `number`-th `of` so many."""

    number: int
    of: int

    @property
    def next(self) -> "Sitting":
        """The place after this one; whoever sends more than was due at first has more in all."""
        return Sitting(self.number + 1, max(self.of, self.number + 1))

    def __str__(self) -> str:
        return f"{self.number}-{self.of}"


def read_sitting(text: str | None) -> Sitting | None:
    """Return the place a page or an address names, such as "2-3"; None where it names none."""
    found = re.fullmatch(r"([1-9][0-9]?)-([1-9][0-9]?)", text or "")
    if found is None or int(found[1]) > int(found[2]):
        return None
    return Sitting(int(found[1]), int(found[2]))
