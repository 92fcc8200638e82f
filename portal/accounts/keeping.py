"""Keeping what somebody was typing when their session ended, for the same person only."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select

from portal.accounts.models import KeptForm
from portal.db import run, session

KEPT_FOR = timedelta(days=7)
SECRET_FIELDS = frozenset({"csrf_token"})
LARGEST = 200_000
_FORGET = delete(KeptForm.__table__).where(  # type: ignore[arg-type]
    KeptForm.user_id == bindparam("who"), KeptForm.path == bindparam("page")
)


def keep(user_id: uuid.UUID, *, path: str, fields: dict[str, list[str]], at: datetime) -> bool:
    """Keep a form's fields for a user, in place of what was kept for the same page.

    Returns:
        Whether it was kept: forms with a password in them, and ones beyond any page of ours, are not.
    """
    size = sum(len(text) for texts in fields.values() for text in texts)
    if size > LARGEST or any("password" in name for name in fields):
        return False
    outdated = (KeptForm.user_id == user_id) & (KeptForm.path == path) | (KeptForm.kept_at <= at - KEPT_FOR)
    session.execute(delete(KeptForm).where(outdated))
    wanted = {name: texts for name, texts in fields.items() if name not in SECRET_FIELDS}
    session.add(KeptForm(user_id=user_id, path=path[:500], fields=wanted, kept_at=at))
    session.flush()
    return True


def find(user_id: uuid.UUID, *, path: str, at: datetime) -> dict[str, list[str]] | None:
    """Return what was kept for this user and page, where it is not too old."""
    fields: dict[str, list[str]] | None = session.scalar(
        select(KeptForm.fields).where(
            KeptForm.user_id == user_id, KeptForm.path == path, KeptForm.kept_at > at - KEPT_FOR
        )
    )
    return fields


def forget(user_id: uuid.UUID, *, path: str) -> None:
    """Drop what was kept for a page, because it was sent."""
    run(_FORGET, {"who": user_id, "page": path})
