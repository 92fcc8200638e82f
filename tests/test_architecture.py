"""The five rules of the house (docs/architecture.md) and its size, so that neither erodes unnoticed."""

import ast
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "portal"
ORDER = [
    "clock",
    "db",
    "audit",
    "clinic",
    "notifications",
    "accounts",
    "instruments",
    "patients",
    "safety",
    "languages",
    "treatment",
]
ORDER += ["checkins", "messaging", "follow_ups", "reminders", "visits", "progress", "review", "interop"]
FLASK = {"flask", "flask_login", "flask_babel", "flask_wtf", "flask_migrate", "flask_compress"}
EDGE_NAMES = {"views.py", "forms.py", "app.py", "cli.py", "demo.py", "worker.py", "guard.py", "looks.py"}
PURE = {
    "access": ("policy",),
    "instruments": (
        *("definition", "scale", "loader", "versions", "items", "scales", "conditions", "methods", "thresholds"),
        *("tables", "lines", "numbers", "loinc", "answers", "skips", "tally", "scoring", "change", "algorithms"),
        *("toml_text", "wording"),
    ),
    "instruments/own": ("draft", "lines"),
    "clinic": ("hours", "when"),
    "notifications": ("backoff", "quiet", "sealed"),
    "patients": ("main_scale",),
    "safety": (
        *("rule", "rule_table", "rules", "thresholds", "over_time", "crisis", "crisis_file", "help", "targets"),
        "in_words",
    ),
    "safety/chronic": ("fits",),
    "safety/escalation": ("next",),
    "safety/measures": ("figures",),
    "safety/on_call": ("cover", "days", "reading", "shifts"),
    "safety/plan": ("sections", "phones", "review"),
    "safety/ruleset": ("problems", "rule_file", "words"),
    "treatment": ("dose", "dose_checks", "after_signature"),
    "treatment/orders": ("differences", "limits", "draft"),
    "treatment/rules": ("values", "problems", "changes"),
    "treatment/flowsheet": (
        *("kinds", "vitals", "entries", "levels", "standing", "checks", "drug", "deviations", "problems"),
        *("sparkline", "for_device", "allergen"),
    ),
    "treatment/medication": ("groups", "chips", "taking"),
    "treatment/monitoring": ("due",),
    "treatment/preparation": ("steps",),
    "treatment/screening": ("items", "standing", "entry", "checks"),
    "treatment/tolerability": ("values", "infusion", "across"),
    "treatment/record": ("thin",),
    "checkins": (
        *("plan", "named_rhythms", "preview", "ready_made", "asking", "quality", "reading", "sitting"),
        *("silence_rule", "unheard"),
    ),
    "checkins/history": (
        *("build", "cells", "daylio", "draft", "encoding", "entry", "look", "map_file", "map_form", "mapping"),
        *("plain", "problems", "read", "table", "when"),
    ),
    "checkins/requests": ("span",),
    "messaging/attachments": ("kinds", "problems"),
    "reminders": ("plan",),
    "follow_ups": ("about", "when"),
    "follow_ups/many": ("fitting", "reasons"),
    "messaging": ("danger_words",),
    "messaging/wording": ("fill",),
    "progress": (
        *("timeline", "figures", "thinning", "sentence", "axes", "outcomes", "response", "reading", "standing"),
        *("medians", "pattern", "telling", "headline", "wearing", "export"),
    ),
    "progress/baseline": ("values", "compared", "options"),
    "review": ("need",),
    "review/booster": ("sheet", "due", "meanwhile", "fit"),
    "review/booster/elements": (
        *("parts", "treatment", "scores", "change", "intervals", "safety", "mania", "tolerance", "checks"),
        *("medicines", "adherence", "life"),
    ),
}
PURE_FILES = [f"{room}/{file}.py" for room, files in PURE.items() for file in files]
COMMITTERS = {"app.py", "cli.py", "db.py", "demo/seed.py", "checkins/history/cli.py", "notifications/cli.py"}
COMMITTERS |= {"checkins/worker.py", "notifications/worker.py", "review/cli.py", "safety/ruleset/cli.py"}
FUNCTION_LIMIT, FUNCTION_P90, FILE_LIMIT, FILE_MEDIAN = 40, 20, 300, 100
TEMPLATE_LIMIT, MODULE_LIMIT = 120, 150
LONGER_FUNCTIONS = {"create_app": 60}

FILES = sorted(path for path in PORTAL.rglob("*.py") if path.name != "__init__.py")


def name(path: Path) -> str:
    return path.relative_to(PORTAL).as_posix()


def room(path: Path) -> str:
    return path.relative_to(PORTAL).parts[0].removesuffix(".py")


def has_edge_name(file: str) -> bool:
    """`views.py` and, where a room has more than one, `plan_views.py`."""
    return file.rpartition("_")[2] in EDGE_NAMES


def is_edge(path: Path) -> bool:
    in_web = room(path) == "web"
    return in_web or has_edge_name(path.name) or name(path).startswith("demo/")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imports(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            yield from (f"{child.module}.{alias.name}" for alias in child.names)


def own(found: str) -> list[str]:
    return found.split(".")[1:] if found.split(".")[0] == "portal" else []


def is_edge_module(parts: list[str]) -> bool:
    return parts[0] == "web" or any(has_edge_name(f"{part}.py") for part in parts)


CORE = [path for path in FILES if not is_edge(path)]


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_knows_neither_flask_nor_the_edge(path: Path) -> None:
    wrong = [
        found
        for found in imports(tree(path))
        if found.split(".")[0] in {"flask", "flask_login", "flask_babel", "flask_wtf"}
    ]
    wrong += [found for found in imports(tree(path)) if own(found) and is_edge_module(own(found))]
    assert not wrong


@pytest.mark.parametrize("path", [path for path in CORE if room(path) in ORDER], ids=name)
def test_a_core_module_imports_only_rooms_to_its_left(path: Path) -> None:
    here = ORDER.index(room(path))
    rooms = {own(found)[0] for found in imports(tree(path)) if own(found)}
    assert not [found for found in rooms - {"access", "messages", "text"} if found not in ORDER[: here + 1]]


def test_the_order_is_the_one_in_the_document() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text()
    line = "clock, db → " + " → ".join(ORDER[2:])
    assert line in " ".join(document.split())


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not [found for function in functions for found in imports(function)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_only_app_imports_views_and_only_db_imports_flask_sqlalchemy(path: Path) -> None:
    found = list(imports(tree(path)))
    assert name(path) == "app.py" or not [one for one in found if any(part.endswith("views") for part in own(one))]
    assert name(path) == "db.py" or not [one for one in found if one.startswith("flask_sqlalchemy")]


def is_pure(found: str) -> bool:
    parts = own(found)
    if not parts:
        return found.split(".")[0] not in {"flask", "sqlalchemy", "wtforms", "flask_babel", "config"}
    return parts[0] not in {"db", "web"} and not {"models", "queries", "service"} & set(parts)


@pytest.mark.parametrize("pure", PURE_FILES)
def test_pure_files_take_values_and_return_values(pure: str) -> None:
    found = [one for one in imports(tree(PORTAL / pure)) if own(one)[:1] != ["access"]]
    enumerations = {"portal.safety.models.Severity"}
    assert not [one for one in found if not is_pure(one) and one not in enumerations]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_only_the_committing_edge_commits(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr == "commit"]
    assert name(path) in COMMITTERS or not calls


@pytest.mark.parametrize("path", FILES, ids=name)
def test_only_clock_reads_the_time_and_only_config_the_environment(path: Path) -> None:
    kinds = ("datetime", "date", "dt.datetime", "dt.date", "datetime.datetime", "datetime.date")
    clocks = {f"{kind}.{call}" for kind in kinds for call in ("now", "today", "utcnow")}
    clocks |= {"time.time", "time.monotonic", "time.perf_counter"}
    read = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert name(path) == "clock.py" or not read & clocks
    assert not read & {"os.environ", "os.getenv", "os.environb"}


def own_lines(node: ast.AST, total: int) -> int:
    """Return how many of some lines are not docstrings: what a function promises does not make it long."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for inner in ast.walk(node):
        if isinstance(inner, documented) and ast.get_docstring(inner, clean=False) is not None:
            said = inner.body[0]
            total -= (said.end_lineno or said.lineno) - said.lineno + 1
    return total


def functions() -> list[tuple[str, str, int]]:
    found = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                found.append((name(path), node.name, own_lines(node, node.end_lineno - node.lineno + 1)))
    return found


def test_functions_stay_small() -> None:
    found = functions()
    assert not [one for one in found if one[2] > LONGER_FUNCTIONS.get(one[1], FUNCTION_LIMIT)]
    assert statistics.quantiles([size for *_, size in found], n=10)[8] <= FUNCTION_P90


def test_files_stay_small() -> None:
    sizes = {name(path): len(path.read_text().splitlines()) for path in FILES}
    assert not {path: size for path, size in sizes.items() if size > FILE_LIMIT}
    assert statistics.median(own_lines(tree(path), sizes[name(path)]) for path in FILES) <= FILE_MEDIAN


@pytest.mark.parametrize(
    ("pattern", "limit"), [("templates/**/*.html", TEMPLATE_LIMIT), ("static/js/*.js", MODULE_LIMIT)]
)
def test_templates_and_modules_stay_small(pattern: str, limit: int) -> None:
    sizes = {path.name: len(path.read_text().splitlines()) for path in ROOT.glob(pattern)}
    assert sizes
    assert not {path: size for path, size in sizes.items() if size > limit}


def test_the_top_level_is_what_the_owner_fixed() -> None:
    allowed = {
        *(
            "portal",
            "templates",
            "static",
            "migrations",
            "wsgi.py",
            "config.py",
            "tests",
            "README.md",
            "script",
            "docs",
        ),
        *("bench", "pyproject.toml", "LICENSE", "NOTICE", "instance"),
    }
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__", "requirements"))}
    assert found <= allowed
