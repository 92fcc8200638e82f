"""What `flask doctor` says of the rota."""

from datetime import timedelta

import pytest

from config import Config
from portal import db, doctor
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.doctor import Level
from portal.safety.on_call import service
from tests.cast import NOW, Cast

DAY = timedelta(days=1)


def said(config: Config) -> tuple[Level, str]:
    return next((one.level, one.what) for one in doctor.examine(config, at=NOW) if "on call" in one.what)


@pytest.mark.parametrize(
    ("on_call", "covered", "expected"),
    [
        (OnCall.NEVER, timedelta(), (Level.GOOD, "The clinic has not asked for anybody to be on call.")),
        (
            OnCall.ALWAYS,
            15 * DAY,
            (Level.GOOD, "Somebody is on call whenever somebody is to be, for the next 14 days."),
        ),
        (
            OnCall.ALWAYS,
            3 * DAY,
            (
                Level.CAREFUL,
                "Nobody is on call from Wed 25 Nov 10:00 to Sun 06 Dec 10:00. Put somebody on at /on-call.",
            ),
        ),
        (
            OnCall.WHEN_CLOSED,
            12 * DAY,
            (
                Level.CAREFUL,
                "Nobody is on call from Fri 04 Dec 17:00 to Sun 06 Dec 10:00. Put somebody on at /on-call.",
            ),
        ),
    ],
)
def test_the_doctor_names_the_next_hole_while_there_is_time(
    cast: Cast, tmp_path: object, on_call: OnCall, covered: timedelta, expected: tuple[Level, str]
) -> None:
    clinic.change({"on_call": on_call}, by=cast.eve.actor, at=NOW)
    if covered:
        service.add(cast.bea.user_id, [(NOW - DAY, NOW + covered)], by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert said(Config(secret_key="k" * 40, base_url="http://localhost", instance_path=str(tmp_path))) == expected


def test_more_holes_are_counted(cast: Cast, tmp_path: object) -> None:
    clinic.change({"on_call": OnCall.WHEN_CLOSED}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert ", and 10 more such times in 14 days." in said(Config(secret_key="k" * 40, instance_path=str(tmp_path)))[1]
