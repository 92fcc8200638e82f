"""Walking a file through the pages that bring a diary in."""

import io
from collections.abc import Mapping

from tests.cast import Person
from tests.page import Browser, Page

MOOD = {
    "scale-2-use": "yes",
    "scale-2-name": "Mood",
    "scale-2-minimum": "0",
    "scale-2-maximum": "10",
    "scale-2-better": "higher",
}


def home(person: Person) -> str:
    """Return the address of a patient's page about diaries."""
    return f"/patients/{person.own_id}/history"


def send(ada: Browser, person: Person, content: bytes, name: str = "diary.csv", expect: int = 200) -> Page:
    """Choose a file and send it."""
    answer = ada.open(home(person), "POST", data={"file": (io.BytesIO(content), name)})
    # The test client leaves a large file open, which a later test would be blamed for.
    answer.request.environ["wsgi.input"].close()
    return ada.land(answer, expect)


def described(ada: Browser, person: Person, content: bytes, fields: Mapping[str, str] = MOOD) -> Page:
    """Send a file, say what its columns mean, and look at what would come in."""
    return send(ada, person, content).form("Check what would come in").submit(fields, time_zone="Europe/Amsterdam")


def brought(ada: Browser, person: Person, content: bytes, fields: Mapping[str, str] = MOOD) -> Page:
    """Bring a file in."""
    return described(ada, person, content, fields).form("Bring in").submit()
