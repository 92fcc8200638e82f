"""The words that would tell a stranger what somebody is treated for: check 29 of the security bar, in one place.

`LOG` holds for lines of logs. A page's title and address (`ON_SCREEN`) do not speak of danger either: both stay in the
history of a browser that others may use. A mail (`MAIL`) says still less.
"""

import re

CHECK_29 = r"ketamin|infusion|\bphq|\bgad|score|depress|suicid|\brisk"
ILLNESS = r"\bmood|\bbipolar|\bptsd|\bocd\b|\banxi|\bmania|\bmisuse|\burinary"
SCALES = r"\bpcl|\bpeg\b|\basq\b|c-?ssrs|\bqids|\bepds|\basrm|\bmadrs"
DANGER = r"\bsafety|\bunsafe|self-?harm|\bcrisis|\bdanger|\bemergenc"
CARE = r"\bpatient|\bclinic|treat|therap|\bprovider|\bnurse|\bdoctor|\bbooster|\bhealth|\bpain|check-in|\balert"
# The same in Spanish, with or without its accents.
SPANISH = (
    r"ketamina|infusi[oó]n|puntuaci|depresi|deprimi|suicid|\briesgo|[aá]nimo\b|\bansie|\bman[ií]a|\bconsumo|\borina"
    r"|\bsangre|\btept\b|\btoc\b|\bs[ií]ntoma|\bdiagn[oó]s|\bpsic|\bpsiqu|\balergi|\bmuerte|\bda[ñn]o"
    r"|\bseguridad|\ba salvo|autolesi|\bcrisis|\bpeligr|\bemergenc|\burgencias|\balerta"
    r"|\bpacient|\bcl[ií]nic|tratam|terap|\bm[eé]dic|\benferm|\brefuerzo|\bsalud|\bdolor|\bregistro|\bcuestionari"
    r"|\bdosis|\bescalas?\b|\bevoluci[oó]n|\bseguimiento|\bequipo de atenci[oó]n|\bprofesional|\badult"
)
CLINIC = "Harbour Clinic"
"""What the clinic of the tests calls itself: the one thing of its own choice that stands in every mail."""
NAMES = r"okafor|vasquez|lindqvist|moreno|achebe|\bbea\b"

LOG = re.compile(f"{CHECK_29}|{ILLNESS}|{SCALES}|{NAMES}|(?<!no-reply)@interval\\.example", re.IGNORECASE)
ON_SCREEN = re.compile(f"{CHECK_29}|{ILLNESS}|{SCALES}|{DANGER}", re.IGNORECASE)
MAIL = re.compile(f"{CHECK_29}|{ILLNESS}|{SCALES}|{DANGER}|{CARE}|{SPANISH}|{NAMES}", re.IGNORECASE)


def told(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return what a text gives away, with a little of what stands around it."""
    text = text.replace(CLINIC, "")
    return [text[max(0, one.start() - 30) : one.end() + 20] for one in pattern.finditer(text)]
