"""What a stranger's machine is told to install, to start and to carry."""

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from config import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]]
LOCKS = {"requirements.txt": RUNTIME, "requirements-dev.txt": RUNTIME + DEVELOPMENT}
PORTAL = [ROOT / name for name in ("config.py", "wsgi.py", "portal", "migrations", "script")]
COMMANDS = [ROOT / "script" / name for name in ("setup", "server", "test", "lock", "audit")] + [ROOT / ".ci" / "run"]
NEWER_THAN_BASH_3 = r"wait -n|mapfile|readarray|declare -A|\$\{\w+(,,|\^\^|@)|&>>|\|&|local -n|readlink -f|sed -i "
# SQLAlchemy loads its driver, zoneinfo the zones where a machine has none, and flask-compress the compressor;
# plotly checks the figures in tests.
NOT_IMPORTED = {"brotli", "plotly", "psycopg", "tzdata"}


def locked(name: str) -> dict[NormalizedName, list[tuple[str, Marker | None, list[str]]]]:
    """Return a lock's packages: version, marker and hashes of each entry."""
    found: dict[NormalizedName, list[tuple[str, Marker | None, list[str]]]] = {}
    text = "".join(line for line in (ROOT / name).read_text().splitlines(keepends=True) if not line.startswith("#"))
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()):
        head, *hashes = re.split(r"\s+--hash=", entry.strip())
        requirement = Requirement(head)
        version = str(requirement.specifier).removeprefix("==")
        found.setdefault(canonicalize_name(requirement.name), []).append((version, requirement.marker, hashes))
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    for package, entries in locked(name).items():
        for version, _, hashes in entries:
            assert re.fullmatch(r"\d[\w.]*", version), package
            assert hashes, package
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), package


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index(name: str) -> None:
    assert not re.search(r"https?:|file:|--index|--extra-index|--find-links|@", (ROOT / name).read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_everything_the_project_asks_for(name: str) -> None:
    lock = locked(name)
    for asked in LOCKS[name]:
        entries = lock[canonicalize_name(asked.name)]
        assert all(asked.specifier.contains(version) for version, _, _ in entries), asked


def test_development_runs_on_exactly_what_production_runs_on() -> None:
    development = locked("requirements-dev.txt")
    for package, entries in locked("requirements.txt").items():
        assert development[package] == entries


def test_what_is_installed_here_is_what_is_locked() -> None:
    command = [sys.executable, "-m", "pip", "list", "--format=freeze"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    here = dict(line.split("==") for line in listed.stdout.splitlines() if "==" in line)
    installed = {canonicalize_name(name): version for name, version in here.items()}
    for package, entries in locked("requirements-dev.txt").items():
        wanted = [version for version, marker, _ in entries if marker is None or marker.evaluate()]
        assert [installed.get(package)] * len(wanted) == wanted, package


def imported(places: list[Path]) -> set[str]:
    """Return the distributions that the Python files in some places import."""
    files = [file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])]
    modules = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text()))):
        if isinstance(node, ast.Import):
            modules |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module.partition(".")[0])
    providers = packages_distributions()
    return {canonicalize_name(name) for module in modules for name in providers.get(module, [])}


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements}


def test_everything_the_portal_imports_is_asked_for_and_the_other_way_round() -> None:
    assert imported(PORTAL) == names(RUNTIME) - NOT_IMPORTED


def test_everything_the_tests_import_is_asked_for() -> None:
    assert imported([ROOT / "tests"]) <= names(RUNTIME + DEVELOPMENT)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_a_command_can_be_run_as_it_is_and_parses(command: Path) -> None:
    assert command.stat().st_mode & 0o111
    assert command.read_text().startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", str(command)], check=True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_a_command_keeps_to_what_the_bash_of_macos_knows(command: Path) -> None:
    assert not re.search(NEWER_THAN_BASH_3, command.read_text())


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    shebang, line = (ROOT / ".ci" / "run").read_text().splitlines()
    assert shebang == "#!/usr/bin/env bash"
    assert line == 'exec "$(dirname "$0")/../script/test"'


def test_the_licence_is_the_apache_licence_word_for_word() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert PROJECT["project"]["license"] == "Apache-2.0"


def test_the_notice_names_what_belongs_to_others() -> None:
    notice = " ".join((ROOT / "NOTICE").read_text().split())
    for definition in (ROOT / "portal" / "instruments" / "definitions").glob("*.toml"):
        instrument = tomllib.loads(definition.read_text())
        assert instrument["attribution"] in notice or "Interval project" in instrument["attribution"]
    for vendored in [*(ROOT / "static" / "vendor").glob("*.js"), *(ROOT / "tests" / "browser" / "vendor").glob("*.js")]:
        assert str(vendored.relative_to(ROOT)) in notice
    assert "LOINC is copyright © Regenstrief Institute, Inc." in notice


def test_the_vendored_axe_is_the_one_written_down() -> None:
    folder = ROOT / "tests" / "browser" / "vendor"
    rows = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (folder / "VENDOR.md").read_text(), re.MULTILINE)
    assert {name for name, _ in rows} == {path.name for path in folder.iterdir()} - {"VENDOR.md"}
    for name, digest in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_a_web_worker_imports_neither_plotly_nor_alembic(tmp_path: Path) -> None:
    code = "import gunicorn, sys, wsgi; sys.exit(', '.join({'plotly', 'alembic', 'numpy'} & set(sys.modules)) or None)"
    settings = {"SECRET_KEY": "k" * 48, "INSTANCE_PATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, check=True)
