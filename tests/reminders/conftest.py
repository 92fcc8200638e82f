"""Several workers at once, as in the rounds of silence."""

from tests.checkins.silence.conftest import at_once

__all__ = ["at_once"]
