"""What goes along with the words of a message."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """The things attached to one message, in the order in which they are shown."""

    attachment_ids: tuple[uuid.UUID, ...] = ()

    def listed(self) -> Sequence[str]:
        """Return what is kept beside the message, so that the same form sent again is known by it."""
        return sorted(one.hex for one in self.attachment_ids)


NOTHING = Parcel()
