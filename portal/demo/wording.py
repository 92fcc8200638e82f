"""The texts that the demo clinic has ready for its messages, in both languages of its patients."""

import uuid
from datetime import datetime

from portal.access.policy import Actor
from portal.demo.case import NAMESPACE
from portal.messaging.wording import service

ENGLISH = (
    "Dear {first_name},\n\nyour next visit is on {next_visit}. Is that day still good for you, and who will be "
    "with you? If anything has changed since {last_infusion_date}, please tell us here before then."
)
SPANISH = (
    "Hola, {first_name}:\n\nSu próxima visita es el {next_visit}. ¿Le sigue viniendo bien ese día, y quién estará "
    "con usted? Si algo ha cambiado desde el {last_infusion_date}, escríbanos aquí antes de la visita."
)
TEMPLATES = (("en", "Before the next visit", ENGLISH), ("es", "Antes de la próxima visita", SPANISH))


def lay_down(director: Actor, at: datetime) -> None:
    """Add the clinic's templates."""
    for language, title, body in TEMPLATES:
        submission_id = uuid.uuid5(NAMESPACE, f"template:{language}")
        service.add_template(language, title=title, body=body, submission_id=submission_id, by=director, at=at)
