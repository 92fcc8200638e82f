"""What can be chosen at a bedside, and what it is called."""

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice

from portal.treatment.rules.values import Point
from portal.web.words import WORDS

YES_NO = [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
POINTS = [SelectChoice(point.value, WORDS[Point][point]) for point in Point]
OUTCOMES = [SelectChoice("completed", _l("Completed")), SelectChoice("stopped-early", _l("Stopped early"))]
STRENGTHS = [
    SelectChoice("mild", _l("Mild")),
    SelectChoice("moderate", _l("Moderate")),
    SelectChoice("severe", _l("Severe")),
]
HOW = [SelectChoice("spoken", _l("Spoken, by phone or in person")), SelectChoice("signed", _l("Signed in the portal"))]
PREGNANCY = [
    SelectChoice("not-possible", _l("Not possible")),
    SelectChoice("negative", _l("Test negative")),
    SelectChoice("positive", _l("Test positive")),
    SelectChoice("unknown", _l("Not known")),
]
ALERTNESS = [
    SelectChoice("awake", _l("Wide awake")),
    SelectChoice("drowsy", _l("Drowsy, answers")),
    SelectChoice("voice", _l("Wakes to a voice")),
    SelectChoice("touch", _l("Wakes to a touch")),
    SelectChoice("none", _l("Does not respond")),
]
EFFECTS = [
    SelectChoice("nausea", _l("Nausea")),
    SelectChoice("vomiting", _l("Vomiting")),
    SelectChoice("dizziness", _l("Dizziness")),
    SelectChoice("headache", _l("Headache")),
    SelectChoice("vision", _l("Blurred or double vision")),
    SelectChoice("detached", _l("Feeling detached or unreal")),
    SelectChoice("perceptions", _l("Strange perceptions")),
    SelectChoice("panic", _l("Anxiety or panic")),
    SelectChoice("low_mood", _l("Low mood coming back")),
    SelectChoice("sleepiness", _l("Sleepiness")),
    SelectChoice("confusion", _l("Confusion or memory trouble")),
    SelectChoice("palpitations", _l("Palpitations")),
    SelectChoice("chest_pain", _l("Chest pain")),
    SelectChoice("breath", _l("Shortness of breath")),
    SelectChoice("fainting", _l("Fainting")),
    SelectChoice("fall", _l("A fall")),
    SelectChoice("other", _l("Something else")),
]
SIGNS = [
    SelectChoice("chest-pain", _l("Chest pain")),
    SelectChoice("unresponsive", _l("Does not respond")),
    SelectChoice("breathing", _l("Trouble breathing")),
    SelectChoice("fainting", _l("Fainting")),
    SelectChoice("confusion", _l("Severe confusion")),
    SelectChoice("other", _l("Something else that frightens you")),
]
