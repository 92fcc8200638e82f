"""What somebody may choose to be told of, each with the kinds of mail that belong to it."""

from enum import StrEnum

from portal.notifications.models import Kind


class Topic(StrEnum):
    ACCOUNT = "account"
    MESSAGES = "messages"
    CHECK_INS = "check-ins"
    VISITS = "visits"
    REVIEWS = "reviews"
    ALERTS = "alerts"


TOPIC_OF: dict[Kind, Topic] = {
    Kind.INVITATION: Topic.ACCOUNT,
    Kind.PASSWORD_RESET: Topic.ACCOUNT,
    Kind.PASSWORD_CHANGED: Topic.ACCOUNT,
    Kind.ADDRESS_CHANGED: Topic.ACCOUNT,
    Kind.PHONE_CODE: Topic.ACCOUNT,
    Kind.MESSAGE_WAITING: Topic.MESSAGES,
    Kind.CHECK_IN_WAITING: Topic.CHECK_INS,
    Kind.CHECK_IN_DUE: Topic.CHECK_INS,
    Kind.GET_READY: Topic.VISITS,
    Kind.REVIEW_WAITING: Topic.REVIEWS,
    Kind.ALERT_WAITING: Topic.ALERTS,
}
ALWAYS_BY_MAIL = frozenset({Topic.ACCOUNT, Topic.ALERTS})
"""What nobody can switch off for themselves, and what waits for no hour of the day."""
ONLY_TODAY = frozenset({Kind.GET_READY})
"""What is told once and is of no use on the next day: the hours somebody chose say when, but never whether."""
OF_PATIENTS = (Topic.CHECK_INS, Topic.MESSAGES, Topic.VISITS)
OF_STAFF = (Topic.ALERTS, Topic.MESSAGES, Topic.REVIEWS)


def topic_of(kind: str) -> Topic:
    """Return what a kind of mail belongs to."""
    return TOPIC_OF[Kind(kind)]


def is_fixed(topic: Topic, *, urgent: bool) -> bool:
    """Return whether something comes by mail and at any hour, whatever its receiver chose: so does what is urgent."""
    return urgent or topic in ALWAYS_BY_MAIL
