"""Reading the clinic's templates and its words of danger."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import Select, and_, func, select

from portal.accounts.models import User
from portal.db import session
from portal.messaging import danger_words
from portal.messaging.wording.models import DangerWordsVersion, MessageTemplate, TemplateVersion
from portal.patients import regional
from portal.patients.models import Patient
from portal.treatment.models import Infusion, InfusionStatus

MOST_TEMPLATES = 200
MOST_VERSIONS = 50
_GIVEN = (InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY)


@dataclass(frozen=True, slots=True)
class Template:
    """One template in the wording that is in use."""

    id: uuid.UUID
    language: str
    title: str
    body: str
    version: int
    changed_at: datetime
    changed_by: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of danger in force for a language; version 0 is the list that comes with Interval."""

    language: str
    version: int
    words: tuple[str, ...]
    reason: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""


def list_templates(*, retired: bool = False) -> Sequence[Template]:
    """Return the clinic's templates in use by language and title, or those that were taken out of use."""
    is_retired = MessageTemplate.retired_at.is_not(None) if retired else MessageTemplate.retired_at.is_(None)
    found = _templates().where(_is_newest(), is_retired)
    return _read(found.order_by(MessageTemplate.language, func.lower(TemplateVersion.title), MessageTemplate.id))


def get_template(template_id: uuid.UUID) -> Template | None:
    """Return a template as it is worded now, in use or not; None where there is none."""
    found = _read(_templates().where(_is_newest(), MessageTemplate.id == template_id))
    return found[0] if found else None


def list_versions(template_id: uuid.UUID) -> Sequence[Template]:
    """Return how a template was worded, the latest first."""
    return _read(
        _templates()
        .where(MessageTemplate.id == template_id)
        .order_by(TemplateVersion.version.desc())
        .limit(MOST_VERSIONS)
    )


def list_values(patient_ids: Collection[uuid.UUID], *, at: datetime) -> Mapping[uuid.UUID, Mapping[str, str | None]]:
    """Return what each patient's fields say, in the patient's language and calendar; None where there is no value.

    Args:
        patient_ids: whose.
        at: now, aware: the last infusion lies before, the next visit after.
    """
    mine = Infusion.patient_id == Patient.id
    last = select(func.max(Infusion.happens_at)).where(mine, Infusion.status.in_(_GIVEN), Infusion.happens_at <= at)
    planned = and_(Infusion.status == InfusionStatus.PLANNED, Infusion.happens_at > at)
    following = select(func.min(Infusion.happens_at)).where(mine, planned)
    rows = session.execute(
        select(
            *(Patient.id, Patient.given_name, User.language, Patient.country, User.time_zone),
            last.correlate(Patient).scalar_subquery(),
            following.correlate(Patient).scalar_subquery(),
        )
        .join(User, User.id == Patient.user_id)
        .where(Patient.id.in_(patient_ids))
    )
    return {row[0]: _values(*row[1:]) for row in rows}


def danger_words_in_force(languages: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the words that suggest danger by language, as the clinic has them or else as they come with Interval."""
    wanted = set(languages)
    kept = DangerWordsVersion
    newest = select(kept.language, func.max(kept.version).label("version")).where(kept.language.in_(wanted))
    last = newest.group_by(kept.language).subquery()
    is_last = and_(kept.language == last.c.language, kept.version == last.c.version)
    own = {row[0]: tuple(row[1]) for row in session.execute(select(kept.language, kept.words).join(last, is_last))}
    return {one: words for one, words in ({**danger_words.shipped()} | own).items() if one in wanted}


def get_danger_words(language: str) -> Words:
    """Return the words of danger in force for a language, with who laid them down."""
    versions = list_danger_words(language)
    return versions[0] if versions else Words(language, 0, danger_words.shipped()[language])


def list_danger_words(language: str) -> Sequence[Words]:
    """Return the versions of a language that were laid down here, the latest first."""
    kept = DangerWordsVersion
    rows = session.execute(
        select(kept.version, kept.words, kept.reason, kept.changed_at, User.name)
        .join(User, User.id == kept.changed_by_id)
        .where(kept.language == language)
        .order_by(kept.version.desc())
        .limit(MOST_VERSIONS)
    )
    return [Words(language, row[0], tuple(row[1]), *row[2:]) for row in rows]


def _templates() -> Select[*tuple[Any, ...]]:
    version = TemplateVersion
    return (
        select(
            *(MessageTemplate.id, MessageTemplate.language, version.title, version.body, version.version),
            *(version.changed_at, User.name, MessageTemplate.retired_at),
        )
        .join(version, version.template_id == MessageTemplate.id)
        .join(User, User.id == version.changed_by_id)
        .limit(MOST_TEMPLATES)
    )


def _is_newest() -> Any:
    newest = select(func.max(TemplateVersion.version)).where(TemplateVersion.template_id == MessageTemplate.id)
    return TemplateVersion.version == newest.correlate(MessageTemplate).scalar_subquery()


def _read(statement: Select[*tuple[Any, ...]]) -> Sequence[Template]:
    return [Template(*row) for row in session.execute(statement)]


def _values(
    given_name: str, language: str, country: str, time_zone: str, last: datetime | None, following: datetime | None
) -> Mapping[str, str | None]:
    zone = ZoneInfo(time_zone)

    def on(moment: datetime | None) -> str | None:
        if moment is None:
            return None
        return str(format_date(moment.astimezone(zone).date(), "long", locale=regional.locale(language, country)))

    return {"first_name": given_name, "last_infusion_date": on(last), "next_visit": on(following)}
