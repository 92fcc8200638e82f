"""What the ways of reaching a patient are called on a page."""

from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.messaging.models import Way

MESSAGES: dict[type[Enum], dict[Enum, Any]] = {
    Way: {Way.TELEPHONE: _l("By telephone"), Way.IN_PERSON: _l("In person"), Way.OTHER: _l("In another way")},
}
