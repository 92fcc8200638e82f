"""Why a file cannot be taken. Pure."""

from collections.abc import Mapping
from typing import Any

from portal.messages import N_

WRONG_TYPE = N_("“%(name)s” is not a file that can be sent here. Send a PDF, or a picture as JPEG, PNG or HEIC.")
MISNAMED = N_(
    "“%(name)s” is called a %(called)s, but its content is not one. Send a PDF, or a picture as JPEG, PNG or HEIC."
)
UNREADABLE = N_("“%(name)s” could not be opened: it may be damaged. Take the picture again, or send another file.")
TOO_MANY_PIXELS = N_("“%(name)s” is a picture with too many pixels. Send a smaller copy of it.")
TOO_LARGE = N_("“%(name)s” is too large: %(size)s MB. A file may have up to %(limit)s MB.")
TOGETHER_TOO_LARGE = N_("These files are too large together: %(size)s MB. One message may bring up to %(limit)s MB.")
TOO_MANY = N_("These are %(count)s files. One message may bring up to %(limit)s.")
EMPTY = N_("“%(name)s” is empty.")
REFUSED = N_("“%(name)s” was refused: the clinic’s virus scanner found something in it. It was not kept.")
NOT_CHECKED = N_("“%(name)s” could not be checked for viruses just now, so it was not kept. Please try again later.")
QUOTA = N_("You have sent as many files as there is room for. Please try again in a few weeks, or call the clinic.")
GONE = N_("A file that you attached before is not there any more. Attach it again, or send the message without it.")
BUSY = N_(
    "“%(name)s” could not be taken just now: others are sending files too. Your words are kept. "
    "Attach it again in a minute."
)
NO_ROOM = N_("“%(name)s” could not be kept just now. Please try again later.")


class CannotTake(ValueError):
    """A file that cannot be taken: an English message id and its values; the edge translates both."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values: Mapping[str, Any] = values
