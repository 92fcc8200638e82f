"""A browser at another time than that of the other tests."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from time_machine import Traveller

from portal import db
from portal.accounts import sessions
from portal.accounts.models import User
from tests.cast import Person
from tests.page import Browser

At = Callable[[Person, datetime], Browser]


@pytest.fixture
def browser_at(app: Flask, frozen: Traveller) -> At:
    """Return a browser in which a person has just signed in, and turn the clock to that moment."""

    def signed_in(person: Person, at: datetime) -> Browser:
        frozen.move_to(at)
        client = app.test_client()
        token = sessions.start(db.session.get_one(User, person.user_id), at=at, device="a test")
        db.session.commit()
        client.set_cookie("interval", token)
        return Browser(client)

    return signed_in
