"""Which status of care may follow which."""

import pytest

from portal.access.policy import PatientStatus
from portal.patients.status import following

ACTIVE, PAUSED, TRANSFERRED, DISCHARGED, DIED = PatientStatus


@pytest.mark.parametrize(
    ("now", "after"),
    [
        (ACTIVE, {PAUSED, TRANSFERRED, DISCHARGED, DIED}),
        (PAUSED, {ACTIVE, TRANSFERRED, DISCHARGED, DIED}),
        (TRANSFERRED, {ACTIVE, DIED}),
        (DISCHARGED, {ACTIVE, DIED}),
        (DIED, set()),
    ],
)
def test_what_a_status_may_become(now: PatientStatus, after: set[PatientStatus]) -> None:
    assert set(following(now)) == after


@pytest.mark.parametrize("before", [ACTIVE, PAUSED, TRANSFERRED, DISCHARGED])
def test_a_death_recorded_by_mistake_goes_back_to_what_stood_before_and_nowhere_else(before: PatientStatus) -> None:
    assert following(DIED, before) == (before,)
