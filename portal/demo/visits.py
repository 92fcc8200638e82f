"""How the days of some infusions went at the bedside, minute by minute. Everything here is invented.

The pressure rises, is highest around the end and back within an hour and a half (Szarmach 2020).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Felt:
    """A side effect, from a minute to another one."""

    effect: str
    strength: str
    start: int
    end: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A reading past a hard stop, at a minute; `said` is what the provider authorised by phone, "" where it ended."""

    minute: int
    systolic: int
    diastolic: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """The day of one infusion; minutes count from its start.

    Attributes:
        pressure: before the start.
        rise: by how much the upper number goes up.
        away: how far away the patient felt at most, 0 to 10.
        stopped: the minute it was stopped early, and why.
        medicine: given besides: minute, name, dose, route.
        offline: between which minutes there was no network.
        corrected: the minute of a reading that was typed wrong, and put right after the provider had signed.
        is_signed: whether the provider has signed the record.
    """

    pressure: tuple[int, int]
    rise: int
    away: int = 6
    felt: tuple[Felt, ...] = ()
    stop: Stop | None = None
    stopped: tuple[int, str] | None = None
    medicine: tuple[int, str, str, str] | None = None
    offline: tuple[int, int] | None = None
    corrected: int | None = None
    note: str = ""
    is_signed: bool = True


_FAR = Felt("detached", "mild", 15, 55)
VISITS: Mapping[str, Mapping[int, Visit]] = {
    "ada": {
        167: Visit((116, 74), 18, felt=(Felt("nausea", "mild", 30, 70), _FAR), note="Music on, eyes closed."),
        233: Visit((121, 76), 16, 5, felt=(Felt("dizziness", "mild", 40, 65), _FAR), corrected=30),
        306: Visit((118, 75), 26, 4, felt=(Felt("dizziness", "mild", 35, 60),), note="“Like lying in a boat.”"),
    },
    "marcus": {
        224: Visit(
            (134, 84),
            30,
            felt=(Felt("palpitations", "mild", 24, 36), Felt("headache", "mild", 45, 100)),
            stop=Stop(
                30, 172, 98, "Wait five minutes at half the rate. Go on if it is below 165, and read every five."
            ),
        ),
        250: Visit(
            (137, 86),
            28,
            felt=(Felt("panic", "moderate", 14, 40, "Held his hand, asked him to open his eyes."),),
            stop=Stop(20, 178, 104),
            stopped=(22, "Pressure above his own limit, and frightened. Bea asked to stop."),
        ),
        276: Visit((129, 81), 24, felt=(Felt("headache", "mild", 42, 95), Felt("vision", "mild", 20, 50))),
    },
    "tomas": {
        10: Visit(
            (112, 68),
            16,
            8,
            felt=(Felt("nausea", "moderate", 22, 75), Felt("perceptions", "mild", 12, 50)),
            medicine=(25, "Ondansetron", "4 mg", "intravenous"),
        ),
        13: Visit((110, 70), 14, 7, felt=(Felt("nausea", "mild", 28, 58),), offline=(12, 50)),
        17: Visit((114, 71), 15, 5, felt=(Felt("sleepiness", "mild", 45, 100),), is_signed=False),
    },
    "dot": {180: Visit((126, 78), 14, 3, felt=(Felt("sleepiness", "mild", 120, 270), Felt("vision", "mild", 90, 250)))},
}
