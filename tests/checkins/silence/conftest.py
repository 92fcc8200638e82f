"""Several workers at once."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from flask import Flask

from portal import db


@pytest.fixture
def at_once(app: Flask) -> Callable[[Callable[[str], Any]], None]:
    """Return a function that lets three workers do the same thing at once, and raises what went wrong."""

    def together(action: Callable[[str], Any]) -> None:
        db.session.rollback()
        start, wrong = threading.Barrier(3), list[BaseException]()

        def work(name: str) -> None:
            with app.app_context():
                start.wait()
                try:
                    action(name)
                except BaseException as error:
                    wrong.append(error)
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=copy_context().run, args=(work, f"worker {n}")) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise wrong[0]

    return together
