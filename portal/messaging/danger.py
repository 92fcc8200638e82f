"""Whether words that suggest danger occur in a message: a prompt for the writer and the team, never a filter."""

from datetime import timedelta

from portal.messaging import danger_words
from portal.messaging.wording import queries

CARD_FOR = timedelta(hours=24)
"""For so long the crisis card stands beside what was written."""


def find(text: str, language: str) -> bool:
    """Return whether one of the words in force occurs in a text; that none does says nothing about its writer.

    Args:
        text: what a patient wrote.
        language: the writer's; the lists of the portal's other languages are looked through too, because people do not
            keep to one.
    """
    lists = queries.danger_words_in_force({language, language[:2], *danger_words.shipped()})
    return danger_words.is_in(text, (word for one in lists.values() for word in one))
