"""The chart as a patient sees it, as a picture that stays as it is."""

from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from portal.patients.queries import PatientRef
from portal.progress import queries, sentence
from portal.progress.svg import chart
from portal.progress.svg.standalone import standalone
from portal.web import speech


def draw(patient: PatientRef, *, at: datetime) -> bytes | None:
    """Return a patient's own chart as an SVG document in their language; None where there is nothing to draw.

    What is for the care team's eyes only is not on it, and it can be read on a phone.
    """
    whole, shown, _choice = queries.get_progress(patient, at=at, for_team=False)
    if whole.is_empty:
        return None
    with force_locale(patient.language):
        words = speech.words()
        about = " ".join(words.say(message) for message in sentence.sentences(whole))
        drawn = chart.draw(shown, words, chart.NARROW, about=about)
    css = (Path(str(current_app.static_folder)) / "css" / "chart.css").read_text(encoding="utf-8")
    return standalone(drawn, css, size=chart.NARROW.font).encode()
