"""A real Chromium against the real server: every page it opens is held to the same rules."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import live as serving
from tests.browser.window import PHONE, Window
from tests.cast import ZONE
from tests.live import Live


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def kind() -> str:
    """Browser journeys run on SQLite; the ones that name PostgreSQL override this."""
    return "sqlite"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The shipped server on SQLite, which the journeys share because starting it costs more than most of them."""
    with serving.running("sqlite", tmp_path_factory.mktemp("running")) as live:
        yield live


@pytest.fixture
def live(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    """The shipped server, with nothing in its database but the cast."""
    if kind == "sqlite":
        live: Live = request.getfixturevalue("running")
        live.begin_anew()
        yield live
        return
    with serving.running(kind, tmp_path) as live:
        yield live


@pytest.fixture
def window(chromium_browser: Browser, live: Live) -> Iterator[Callable[..., Window]]:
    """Return a function that opens a window: `window()` a phone, `window(DESK, color_scheme="dark")` a dark desk."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def opened(size: dict[str, int] = PHONE, **options: Any) -> Window:
        touched = {"has_touch": True, "is_mobile": True} if size is PHONE else {}
        context = chromium_browser.new_context(
            **{"viewport": size, "timezone_id": ZONE, "locale": "en-US"} | touched | options
        )
        contexts.append(context)
        found = Window(context.new_page(), live.address)
        found.page.set_default_timeout(10_000)
        found.watch()
        windows.append(found)
        return found

    yield opened
    for context in contexts:
        context.close()
    assert not [wrong for one in windows for wrong in one.wrong]


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pages are kept as pictures, for people to look at after a run."""
    folder = Path(__file__).resolve().parents[2] / "instance" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
