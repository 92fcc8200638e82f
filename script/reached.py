"""Which strings a patient can come to read, from the source alone: views open to them, what those call, templates.

It follows names, so it finds too much rather than too little. What only `actor.role != "patient"` shows is left out.
"""

import ast
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.ext import extract_from_ast

from portal.access.policy import POLICY, Permission, Role

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
KEYWORDS = ("_", "gettext", "ngettext", "_l", "lazy_gettext", "lazy_ngettext", "N_", "message", "counted")
ALWAYS = ("portal.web.errors", "portal.web.filters", "portal.web.words", "portal.web.letters", "portal.web.navigation")
"""Rooms of the edge that every page goes through, whoever reads it."""
ALWAYS_DRAWN = ("emails/*.txt", "emails/*.html", "errors/*.html", "layouts/patient.html", "layouts/plain.html")
STAFF_LAYOUT = "layouts/staff.html"
_REFERRING = (nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import)

Name = tuple[str, str]


@dataclass
class Module:
    """One file of the portal: what it defines, what its names stand for, and what it does while it is imported."""

    path: Path
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, Name] = field(default_factory=dict)
    run: list[ast.stmt] = field(default_factory=list)


@dataclass(frozen=True)
class Reached:
    """The lines of Python and the templates that a patient can be shown something from."""

    lines: dict[str, list[tuple[int, int]]]
    templates: dict[str, frozenset[str]]

    def holds(self, path: str, line: int, message: str) -> bool:
        """Return whether a message at a place of the source is one that a patient can read."""
        if path.startswith("templates/"):
            return message in self.templates.get(path.removeprefix("templates/"), frozenset())
        return any(first <= line <= last for first, last in self.lines.get(path, ()))


@contextmanager
def many_nodes() -> Iterator[None]:
    """Let the collector rest: it would go through the trees of the whole source again and again, and find no waste."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


@cache
@many_nodes()
def find() -> Reached:
    """Return what a patient can reach."""
    modules = {_dotted(path): _read(path) for path in sorted((ROOT / "portal").rglob("*.py"))}
    found = _follow(modules, _roots(modules))
    lines: dict[str, list[tuple[int, int]]] = {}
    patterns = set(ALWAYS_DRAWN)
    for module, name in found:
        path = str(modules[module].path.relative_to(ROOT))
        for node in modules[module].defined[name]:
            lines.setdefault(path, []).append((node.lineno, node.end_lineno or node.lineno))
            patterns |= _template_names(node)
    return Reached(lines, _templates(patterns))


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _read(path: Path) -> Module:
    found, loose = Module(path), list[ast.stmt]()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.defined.setdefault(node.name, []).append(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name in {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}:
                    found.defined.setdefault(name, []).append(node)
            case ast.ImportFrom(module=str() as module):
                found.imported |= {one.asname or one.name: (module, one.name) for one in node.names}
            case ast.Expr():
                found.run.append(node)
            case ast.For() | ast.If() | ast.With():
                loose.append(node)
    for node in loose:  # What changes something while the file is read belongs to that thing.
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        for name in names & set(found.defined):
            found.defined[name].append(node)
    return found


def _roots(modules: dict[str, Module]) -> Iterator[Name]:
    yield "portal.app", "_page_context"
    for name, module in modules.items():
        if name in ALWAYS:
            yield from ((name, one) for one in module.defined)
            continue
        functions = [one[0] for one in module.defined.values() if isinstance(one[0], ast.FunctionDef)]
        views = [one.name for one in functions if _is_open_to_patients(one)]
        yield from ((name, one) for one in views)
        if views:  # Filters and the like that its templates use are registered beside the views.
            yield from ((name, one.name) for one in functions if _is_registered(one))
            yield from (one for node in module.run for one in _names(node, name, module, modules))


def _is_open_to_patients(view: ast.FunctionDef) -> bool:
    for one in view.decorator_list:
        words = ast.unparse(one)
        if words in ("public", "guard.public"):
            return True
        if "requires(" in words:
            wanted = {
                a.attr for a in ast.walk(one) if isinstance(a, ast.Attribute) and a.attr in Permission.__members__
            }
            return any(rule.role is Role.PATIENT for name in wanted for rule in POLICY[Permission[name]])
    return False


def _is_registered(function: ast.FunctionDef) -> bool:
    words = [ast.unparse(one) for one in function.decorator_list]
    return any(how in one for how in ("template_", "context_processor", "errorhandler") for one in words)


def _follow(modules: dict[str, Module], roots: Iterable[Name]) -> set[Name]:
    waiting, found = list(roots), set[Name]()
    while waiting:
        module, name = waiting.pop()
        if (module, name) not in found:
            found.add((module, name))
            for node in modules[module].defined[name]:
                waiting.extend(_names(node, module, modules[module], modules))
    return found


def _names(node: ast.AST, name: str, module: Module, modules: dict[str, Module]) -> Iterator[Name]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in module.defined:
            yield name, one.id
        elif isinstance(one, ast.Name) and one.id in module.imported:
            yield from _defined(module.imported[one.id], modules)
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in module.imported:
            package, inner = module.imported[one.value.id]
            yield from _defined((f"{package}.{inner}", one.attr), modules)


def _defined(place: Name, modules: dict[str, Module]) -> Iterator[Name]:
    module = modules.get(place[0])
    if module and place[1] in module.defined:
        yield place
    elif module and place[1] in module.imported:
        yield from _defined(module.imported[place[1]], modules)


def _template_names(node: ast.AST) -> set[str]:
    """Return the templates a piece of Python names; `*` stands for what it fills in."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.add(one.value)
        elif isinstance(one, ast.JoinedStr):
            found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in one.values))
    return {one for one in found if one.endswith((".html", ".txt")) and "/" in one}


def _templates(patterns: Iterable[str]) -> dict[str, frozenset[str]]:
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*")}
    waiting = [name for name in names if any(fnmatch(name, pattern) for pattern in patterns)]
    found: dict[str, frozenset[str]] = {}
    while waiting:
        name = waiting.pop()
        if name not in names or name in found or name == STAFF_LAYOUT:
            continue
        tree = _parse(name)
        if STAFF_LAYOUT in _referred(tree) and not tree.find(nodes.Extends).find(nodes.CondExpr):  # type: ignore[union-attr]
            continue
        found[name] = frozenset(_messages(tree))
        waiting.extend(_referred(tree))
    return found


def _parse(name: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    for one in tree.find_all(nodes.If):
        if _asks_for_staff(one.test):
            one.body = []
        elif _asks_for_patient(one.test):
            one.else_, one.elif_ = [], []
    return tree


def _asks_for_staff(test: nodes.Node) -> bool:
    """Return whether a condition can hold for the clinic's people only."""
    if isinstance(test, nodes.And):
        return _asks_for_staff(test.left) or _asks_for_staff(test.right)
    return _compares_role(test, "ne") or (_compares_role(test, "eq", "in") and not _names_patient(test))


def _asks_for_patient(test: nodes.Node) -> bool:
    return _compares_role(test, "eq") and _names_patient(test)


def _compares_role(test: nodes.Node, *operators: str) -> bool:
    if not isinstance(test, nodes.Compare) or not isinstance(test.expr, nodes.Getattr) or test.expr.attr != "role":
        return False
    operator = test.ops[0].op
    return operator in operators and (operator != "ne" or _names_patient(test))


def _names_patient(test: nodes.Node) -> bool:
    return any(one.value == "patient" for one in test.find_all(nodes.Const))


def _referred(tree: nodes.Template) -> set[str]:
    named = [getattr(node, "template") for node in tree.find_all(_REFERRING)]  # noqa: B009 - find_all promises less
    written = [one for node in named for one in (node, *node.find_all(nodes.Const)) if isinstance(one, nodes.Const)]
    return {one.value for one in written if isinstance(one.value, str)}


def _messages(tree: nodes.Template) -> Iterator[str]:
    for _line, _function, message in extract_from_ast(tree, KEYWORDS):
        words = [message] if isinstance(message, str) else [one for one in message or () if isinstance(one, str)]
        yield from words[:1]
