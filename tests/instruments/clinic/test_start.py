"""Definitions in a folder: read when the portal starts, which it does not with a wrong one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import ROOT, ConfigurationError, from_environment
from portal import db
from portal.app import create_app
from portal.instruments import queries, service
from portal.instruments.own import files
from tests.cast import NOW, Cast
from tests.conftest import settings
from tests.instruments.clinic.scales import REST, director
from tests.server import SECRET


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    path = tmp_path / "scales"
    path.mkdir()
    (path / "own-rest.toml").write_text(REST)
    yield path
    files.use("")


def start(url: str, folder: Path) -> list[tuple[str, int, str]]:
    """Start the portal, and return what the clinic has: the file, the version and its state."""
    app = create_app(settings(url, folder.parent, instruments_path=str(folder)))
    with app.app_context():
        try:
            return [(one.file, one.version, one.state.value) for one in queries.list_versions()]
        finally:
            db.session.remove()
            db.db.engine.dispose()


def refusal(url: str, folder: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        start(url, folder)
    return str(refused.value)


def approve(cast: Cast, source: str = REST) -> None:
    definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
    found = queries.get_version(definition_id)
    assert found
    service.approve(definition_id, found.digest, by=director(cast.bea), at=NOW)
    db.session.commit()


def test_a_good_file_waits_for_approval(database_url: str, folder: Path) -> None:
    assert start(database_url, folder) == [("own-rest.toml", 1, "waiting")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("version = 1", "version = 0"), "own-rest.toml:2: version: needs a whole number from 1"),
        (('items = ["q1", "q2"]', 'items = ["q1", "q3"]'), "own-rest.toml:33: scales[0].items: there is no item 'q3'"),
        (('id = "own-rest"', 'id = "own-unrest"'), "own-rest.toml:1: id: the file has to be called own-unrest.toml"),
        (("[answers]", "[answers"), "own-rest.toml:14: is not valid TOML"),
    ],
)
def test_a_wrong_file_keeps_the_portal_from_starting(
    database_url: str, folder: Path, changed: tuple[str, str], said: str
) -> None:
    (folder / "own-rest.toml").write_text(REST.replace(*changed))
    assert said in refusal(database_url, folder)
    assert files.current() == ()


def test_nothing_of_a_folder_is_taken_where_one_file_is_wrong(database_url: str, folder: Path) -> None:
    (folder / "worse.toml").write_text("id = 1")
    assert "worse.toml" in refusal(database_url, folder)
    assert files.current() == ()


def test_an_id_that_could_be_a_shipped_one_s_is_not_taken(database_url: str, folder: Path) -> None:
    (folder / "phq-9.toml").write_text(REST.replace('"own-rest"', '"phq-9"'))
    assert "phq-9.toml:1: id: a scale of the clinic's own has an id that begins with own-" in refusal(
        database_url, folder
    )


def test_a_folder_that_is_not_there_is_said(database_url: str, folder: Path) -> None:
    assert "is not a folder" in refusal(database_url, folder / "elsewhere")


def test_two_files_with_one_version_are_refused(database_url: str, folder: Path) -> None:
    (folder / "own-rest@1.toml").write_text(REST)
    assert "version: stands in own-rest.toml already" in refusal(database_url, folder)


def test_a_file_may_not_change_what_was_approved(cast: Cast, database_url: str, folder: Path) -> None:
    approve(cast)
    start(database_url, folder)
    (folder / "own-rest.toml").write_text("# Only a remark.\n" + REST)
    start(database_url, folder)
    (folder / "own-rest.toml").write_text(REST.replace("Did you wake", "Did you doze"))
    said = refusal(database_url, folder)
    assert "own-rest.toml:2: version: version 1 of own-rest was approved with other content" in said
    assert "give this one version 2" in said
    (folder / "own-rest.toml").write_text(REST.replace("Did you wake", "Did you doze").replace("n = 1", "n = 2"))
    assert start(database_url, folder) == [("", 1, "in-force"), ("own-rest.toml", 2, "waiting")]


def test_a_file_may_not_come_after_a_later_version(cast: Cast, database_url: str, folder: Path) -> None:
    approve(cast, REST.replace("version = 1", "version = 3"))
    assert "a later one is approved" in refusal(database_url, folder)
    assert "give this one version 4" in refusal(database_url, folder)


def test_without_a_database_only_the_files_are_read(tmp_path: Path, folder: Path) -> None:
    create_app(settings(f"sqlite:///{tmp_path}/empty.sqlite3", tmp_path, instruments_path=str(folder)))
    assert [file.name for file in files.current()] == ["own-rest.toml"]


def test_the_folder_is_named_in_the_environment() -> None:
    found = from_environment({"SECRET_KEY": SECRET, "INTERVAL_INSTRUMENTS": "/srv/scales"})
    assert found.instruments_path == "/srv/scales"
    assert from_environment({"SECRET_KEY": SECRET}).instruments_path == ""


def doctor(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "doctor"]
    own = {"SECRET_KEY": SECRET, "DATABASE_URL": url, "INTERVAL_INSTRUMENTS": str(folder)}
    env = os.environ | own | {"INSTANCE_PATH": str(folder.parent)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_doctor_says_which_file_is_wrong_and_which_wait(database_url: str, folder: Path) -> None:
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    assert "1 scale of the clinic's own waits for the medical director" in doctor(folder, url).stdout
    (folder / "own-rest.toml").write_text(REST.replace("version = 1", "version = 0"))
    done = doctor(folder, url)
    assert done.returncode != 0
    assert "Interval did not start" in done.stderr
    assert "own-rest.toml:2: version: needs a whole number from 1" in done.stderr
