"""Reading signed reviews."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.db import session
from portal.review.booster.models import BoosterReview, ReviewDecision

MOST = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """One signed review, without its sheet; one signed in error has been withdrawn and does not stand."""

    id: uuid.UUID
    decision: ReviewDecision
    reason: str
    next_review_on: date
    as_of: datetime
    signed_at: datetime
    signed_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Kept:
    """The sheet of a signed review: our own markup, every value in it escaped when it was drawn."""

    markup: str
    language: str
    fingerprint: str


_withdrawer = aliased(User)
_COLUMNS = (
    BoosterReview.id,
    BoosterReview.decision,
    BoosterReview.reason,
    BoosterReview.next_review_on,
    BoosterReview.as_of,
    BoosterReview.signed_at,
    User.name.label("signed_by"),
    BoosterReview.withdrawn_at,
    _withdrawer.name.label("withdrawn_by"),
    BoosterReview.withdrawn_reason,
)
_KEPT = (BoosterReview.sheet, BoosterReview.language, BoosterReview.fingerprint)


def list_reviews(patient_id: uuid.UUID) -> list[Signed]:
    """Return a patient's signed reviews, withdrawn ones too, the latest first; of very many, the latest."""
    return [Signed(*row) for row in session.execute(_of(patient_id, *_COLUMNS).limit(MOST))]


def get_review(patient_id: uuid.UUID, review_id: uuid.UUID) -> tuple[Signed, Kept] | None:
    """Return one signed review of a patient with its sheet; None where it is not theirs."""
    found = session.execute(_of(patient_id, *_COLUMNS, *_KEPT).where(BoosterReview.id == review_id)).one_or_none()
    return (Signed(*found[: len(_COLUMNS)]), Kept(*found[len(_COLUMNS) :])) if found else None


def last_standing(patient_id: uuid.UUID) -> Signed | None:
    """Return the latest review of a patient that nobody withdrew; None where there is none."""
    standing = _of(patient_id, *_COLUMNS).where(BoosterReview.withdrawn_at.is_(None))
    row = session.execute(standing.limit(1)).one_or_none()
    return Signed(*row) if row else None


def _of(patient_id: uuid.UUID, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(User, User.id == BoosterReview.signed_by_id)
        .outerjoin(_withdrawer, _withdrawer.id == BoosterReview.withdrawn_by_id)
        .where(BoosterReview.patient_id == patient_id)
        .order_by(BoosterReview.signed_at.desc(), BoosterReview.id.desc())
    )
