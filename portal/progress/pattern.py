"""The pattern over infusions in words, and whether the time it holds is getting longer: only when the data can say."""

from collections.abc import Sequence

from portal.progress.response import Response
from portal.progress.timeline import InstrumentView
from portal.progress.words import Message


def say(responses: Sequence[Response], instrument: InstrumentView) -> tuple[Message, ...]:
    """Return what the infusions have in common, in words; nothing where none was given."""
    return ()
