"""Which status of care may follow which. Pure."""

from collections.abc import Mapping

from portal.access.policy import PatientStatus

_A, _P, _T, _D, _DIED = PatientStatus

FOLLOWING: Mapping[PatientStatus, tuple[PatientStatus, ...]] = {
    _A: (_P, _T, _D, _DIED),
    _P: (_A, _T, _D, _DIED),
    _T: (_A, _DIED),
    _D: (_A, _DIED),
    _DIED: (),
}


def following(now: PatientStatus, before_death: PatientStatus | None = None) -> tuple[PatientStatus, ...]:
    """Return what a status may become.

    Nobody resumes care after death. That a death was recorded by mistake can be put right: then only the status
    that stood before it follows.

    Args:
        now: the status on record.
        before_death: where `now` is "died", what stood before.
    """
    if now is PatientStatus.DIED:
        return () if before_death is None else (before_death,)
    return FOLLOWING[now]
