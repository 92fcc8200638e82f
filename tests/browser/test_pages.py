"""Every page of every role, on a phone and at a desk, light and dark: readable by everybody, and within the screen.

Pictures of them are kept in instance/screenshots, but where CI runs: nobody looks at them there.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import live as serving
from tests.browser import everything
from tests.browser.everything import Everything
from tests.browser.window import DESK, PHONE, Window
from tests.cast import ZONE, Person
from tests.telling import ON_SCREEN, told

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
Scheme = Literal["light", "dark"]
# A scheme changes colours and nothing else.
RULES: dict[Scheme, dict[str, Any]] = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
NARROWEST = {"width": 320, "height": 640}
SCREENS = {"390": PHONE, "1280": DESK}

NO_PAGES = {
    "static",
    "accounts.home",
    "checkins.go_on",
    "files.show",
    "finding.take_along",
    "flowsheet.log",
    "health.alive",
    "health.ready",
    "kept_plan.copy",
    "kept_plan.standing",
    "kept_plan.worker",
    "notices.worker",
    "measures.download",
    "many.news",
    "messaging.news",
    "progress.numbers",
    "progress.picture",
    "review.export",
    "ruleset.download",
    "safety.alerts_open",
    "inbox.news",
}
# Who opens it; the addresses are filled with the ids of `everything`, patients' ones with Ada's.
PAGES = {
    "accounts.accept": "nobody",
    "accounts.edit": "eve",
    "accounts.forgotten": "nobody",
    "accounts.index": "eve",
    "leaving.show": "nobody",
    "accounts.left": "nobody",
    "accounts.new": "eve",
    "accounts.own": "ada bea",
    "accounts.password": "ada eve",
    "accounts.reset": "nobody",
    "accounts.sign_in": "nobody",
    "allergies.correct": "nia",
    "allergies.new": "nia",
    "allergies.withdraw": "nia",
    "baseline.show": "bea",
    "booster.index": "bea",
    "booster.kept": "bea nia",
    "booster.show": "bea nia",
    "card.show": "ada kim",
    "check_in_link.show": "nobody",
    "checkins.index": "ada bea",
    "checkins.new": "ada",
    "checkins.show": "ada bea",
    "checkins.today": "ada",
    "chronic.show": "bea",
    "clinic.settings": "eve",
    "corrections.amend": "bea",
    "corrections.correct": "ada",
    "courses.edit": "nia",
    "courses.new": "nia",
    "day.show": "bea nia",
    "entry.choose": "bea nia",
    "entry.new": "bea",
    "events.correct": "ada bea",
    "events.index": "ada bea",
    "events.new": "ada bea",
    "events.withdraw": "bea",
    "finding.among_mine": "bea",
    "finding.of_patient": "ada bea",
    "flowsheet.correct": "nia",
    "flowsheet.show": "bea nia",
    "follow_ups.edit": "bea",
    "follow_ups.index": "bea",
    "follow_ups.mine": "nia bea",
    "follow_ups.new": "nia",
    "goals.show": "ada bea",
    "handling.contact": "bea",
    "handling.correct_note": "bea",
    "handling.note": "nia",
    "handling.resolve": "bea",
    "history.columns": "ada",
    "history.preview": "ada",
    "history.show": "ada bea",
    "history.start": "ada bea",
    "history.undo": "ada",
    "inbox.show": "bea",
    "instruments.about": "nobody ada",
    "instruments.index": "bea eve",
    "instruments.show": "bea",
    "instruments.version": "bea",
    "instruments.words": "eve",
    "kept_plan.ask": "ada",
    "kept_plan.none_kept": "nobody",
    "languages.index": "bea eve",
    "languages.show": "bea nia",
    "many.new": "bea",
    "many.show": "bea",
    "measures.show": "cal",
    "medication.correct": "bea",
    "medication.correct_change": "nia",
    "medication.dose": "nia",
    "medication.index": "ada bea",
    "medication.new": "nia",
    "medication.show": "bea",
    "medication.stop": "nia",
    "medication.withdraw": "nia",
    "medication.withdraw_change": "nia",
    "messaging.index": "ada bea",
    "messaging.new": "ada bea",
    "messaging.thread": "ada nia",
    "monitoring.correct": "nia",
    "monitoring.index": "bea",
    "monitoring.new": "nia",
    "monitoring.withdraw": "nia",
    "notices.show": "ada bea",
    "notices.stop": "nobody",
    "notifications.deliveries": "eve",
    "on_call.index": "cal nia eve",
    "orders.new": "bea",
    "orders.withdraw": "bea",
    "patients.address": "bea",
    "patients.before_you_start": "femi",
    "patients.contact": "ada bea",
    "patients.edit": "bea",
    "patients.looks": "ada bea",
    "patients.new": "bea",
    "patients.overview": "ada bea",
    "patients.status": "bea",
    "care_team.show": "bea",
    "plan.add": "bea",
    "plan.edit": "bea",
    "plan.ready_made": "bea",
    "plan.show": "ada bea nia",
    "preparation.confirm": "ada",
    "progress.show": "ada bea",
    "record.show": "bea",
    "review.caseload": "bea nia",
    "rules.edit": "cal",
    "ruleset.edit": "cal",
    "ruleset.file": "cal",
    "safety.alert": "bea nia cal",
    "safety.alerts": "bea cal",
    "safety.help_now": "nobody ada",
    "safety_plan.edit": "ada bea",
    "safety_plan.print": "ada bea",
    "safety_plan.show": "ada bea",
    "safety_plan.version": "ada bea",
    "safety_plan.versions": "ada bea",
    "scales.file": "bea",
    "scales.new": "eve",
    "screening.correct": "nia",
    "screening.index": "bea",
    "screening.new": "nia",
    "screening.show": "bea nia",
    "tolerability.show": "bea",
    "treatment.edit_infusion": "bea nia",
    "treatment.index": "ada bea",
    "treatment.new_infusion": "bea",
    "wording.edit": "eve",
    "wording.index": "cal eve",
    "wording.new": "eve",
    "wording.word_list": "cal",
}
FAILING = ("broken-link", "not-found")
# The same pages in another state: name, who, endpoint, and what is different in the address.
STATES: list[tuple[str, str, str, dict[str, str]]] = [
    ("invited", "eve", "accounts.edit", {"user_id": "invited"}),
    ("unread", "bea", "checkins.index", {"show": "=unread"}),
    ("long-scale", "ada", "checkins.new", {"plan_item_id": "phq"}),
    ("long-list", "ada", "checkins.new", {"plan_item_id": "side-effects"}),
    ("number", "ada", "checkins.new", {"plan_item_id": "nida-1"}),
    ("skips", "ada", "checkins.new", {"plan_item_id": "asq"}),
    ("sitting", "ada", "checkins.new", {"sitting": "=2-3"}),
    ("total", "bea", "entry.new", {"instrument_key": "madrs"}),
    ("entered", "bea", "checkins.show", {"check_in_id": "entered_id"}),
    ("entered", "ada", "checkins.show", {"check_in_id": "entered_id"}),
    ("receipt-danger", "ada", "checkins.show", {"check_in_id": "told"}),
    ("receipt-scale", "ada", "checkins.show", {"check_in_id": "gad"}),
    ("first-version", "bea", "checkins.show", {"check_in_id": "first"}),
    ("danger", "bea", "checkins.show", {"check_in_id": "told"}),
    ("nothing-yet", "dot", "progress.show", {}),
    ("nothing-yet", "dot", "messaging.index", {}),
    ("words", "ada", "messaging.thread", {"thread_id": "danger_thread"}),
    ("words", "bea", "messaging.thread", {"thread_id": "danger_thread"}),
    ("nothing-yet", "dot", "treatment.index", {}),
    ("nothing-yet", "dot", "checkins.index", {}),
    ("nothing-yet", "cal", "review.caseload", {}),
    ("closed", "bea", "safety.alerts", {"show": "=closed"}),
    ("nothing-open", "nia", "safety.alerts", {"show": "=closed"}),
    ("unchanged", "bea", "safety.alerts", {"show": "=unchanged"}),
    ("outreach", "bea", "safety.alerts", {"show": "=outreach"}),
    ("done", "bea", "safety.alert", {"alert_id": "closed_id"}),
    ("called-in", "cal", "patients.overview", {}),
    ("called-in", "cal", "safety_plan.show", {}),
    ("called-in", "cal", "progress.show", {}),
    ("nothing-yet", "dot", "safety_plan.show", {}),
    ("nothing-yet", "cal", "chronic.show", {"patient_id": "dots"}),
    ("left", "nia", "follow_ups.edit", {"follow_up_id": "left"}),
    ("done", "bea", "many.show", {"batch_id": "running"}),
    ("others", "bea", "review.caseload", {"show": "=others"}),
    ("worsening", "bea", "review.caseload", {"show": "=worsening"}),
    ("due", "bea", "review.caseload", {"show": "=due"}),
    ("nothing-yet", "cal", "booster.index", {"patient_id": "dots"}),
    ("nothing-yet", "cal", "booster.show", {"patient_id": "dots"}),
    ("nothing-yet", "dot", "goals.show", {}),
    ("paused", "bea", "plan.show", {"patient_id": "paused"}),
    ("plan", "bea", "treatment.new_infusion", {"as": "=plan"}),
    ("planned", "bea", "treatment.edit_infusion", {"infusion_id": "planned"}),
    ("planned", "bea", "orders.new", {"infusion_id": "planned"}),
    ("all", "bea", "progress.show", {"range": "=all"}),
    ("interval", "ada", "progress.show", {"range": "=interval"}),
    ("diary", "ada", "progress.show", {"range": "=imported"}),
    ("country", "nobody", "safety.help_now", {"country": "=US"}),
    ("broken-link", "nobody", "accounts.reset", {"token": "=broken"}),
    ("broken-link-used", "nobody", "check_in_link.show", {"token": "used_link"}),
    ("shipped", "bea", "instruments.show", {"key": "phq_key"}),
    ("attested", "eve", "instruments.version", {"definition_id": "attested"}),
    ("translation", "bea", "instruments.words", {"key": "phq_key"}),
    ("again", "bea", "scales.file", {"of": "definition_id"}),
    ("not-found", "bea", "patients.overview", {"patient_id": "user_id"}),
]
TOKENS = {"accounts.reset": "reset", "notices.stop": "stop", "check_in_link.show": "link"}
VISITS = [(who, who, name, dict[str, str]()) for name, roles in PAGES.items() for who in roles.split()]
VISITS += [(f"{state}-{who}", who, name, changed) for state, who, name, changed in STATES]
# Forms sent as they are drawn, so that they come back with what is wrong.
EMPTY = [
    ("nobody", "accounts.sign_in", "Sign in"),
    ("ada", "checkins.new", "Send"),
    ("ada", "messaging.new", "Send"),
    ("bea", "handling.contact", "Save"),
    ("nia", "follow_ups.new", "Send or plan"),
    ("bea", "many.new", "Look through"),
    ("bea", "languages.show", "Sign"),
    ("bea", "finding.among_mine", "Find"),
    ("bea", "entry.new", "Save"),
    ("bea", "patients.new", "Save and send the invitation"),
    ("bea", "plan.add", "Save"),
    ("bea", "treatment.new_infusion", "Save"),
    ("bea", "baseline.show", "Compare with this one"),
    ("bea", "booster.show", "Sign the review"),
    ("bea", "orders.withdraw", "Withdraw the order"),
    ("femi", "patients.before_you_start", "Start"),
    ("eve", "instruments.words", "Attest and save"),
    ("eve", "scales.new", "Show it"),
    ("eve", "on_call.index", "Add to the rota"),
    ("cal", "ruleset.edit", "Save as a new version"),
    ("bea", "chronic.show", "Save"),
]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    with serving.running("sqlite", tmp_path_factory.mktemp("pages")) as live:
        yield everything.furnish(live)


@pytest.fixture(scope="module")
def window_of(chromium_browser: Browser, furnished: Everything) -> Iterator[Callable[[str], Window]]:
    """Return a function that gives somebody's window, signed in once for all their pages."""
    opened: dict[str, Window] = {}

    def find(who: str) -> Window:
        if who not in opened:
            context = chromium_browser.new_context(viewport=PHONE, timezone_id=ZONE, locale="en-US")
            context.add_init_script(path=AXE)
            opened[who] = Window(context.new_page(), furnished.live.address)
            opened[who].watch()
            if who != "nobody":
                opened[who].sign_in(person(furnished, who))
        return opened[who]

    yield find
    for one in opened.values():
        one.page.context.close()


def person(furnished: Everything, who: str) -> Person:
    found: Person = getattr(furnished if who in {"femi", "kim"} else furnished.live.cast, who)
    return found


def address(furnished: Everything, endpoint: str, who: str, changed: dict[str, str]) -> str:
    """Return where a page is; in `changed`, "=text" stands for itself and anything else for an id's name."""
    known = furnished.ids | {"token": furnished.ids[TOKENS.get(endpoint, "invitation")]}
    if who in {"dot", "femi", "kim"}:
        known["patient_id"] = str(person(furnished, who).own_id)
    known |= {name: value[1:] if value[0] == "=" else known[value] for name, value in changed.items()}
    urls = furnished.live.app.url_map
    asked = next(rule.arguments for rule in urls.iter_rules(endpoint) if "GET" in (rule.methods or ()))
    wanted = {name: known[name] for name in (*asked, *changed)}
    return urls.bind("").build(endpoint, wanted)


def look_at(window: Window, name: str, screenshots: Path) -> list[str]:
    """Return everything wrong with the page that is open, in every scheme on every screen."""
    page, wrong = window.page, []
    if told(ON_SCREEN, page.title()):
        wrong.append(f"the title says {page.title()!r}")
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        for width, size in SCREENS.items():
            page.set_viewport_size(size)
            # As tall as the page, or what is fixed to the screen's edge would lie over what one can scroll to.
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size["width"], "height": max(whole, size["height"])})
            if "CI" not in os.environ:
                page.screenshot(path=screenshots / f"{name}-{width}-{scheme}.png", full_page=True)
            wrong += [f"{width} {scheme}: {found}" for found in violations(page, scheme)]
    wrong += [f"a table is cut at {DESK['width']} px: {table}" for table in page.evaluate(CUT)]
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            wrong.append(f"at {size['width']} px the page is {wide} px wide: {page.evaluate(WIDEST)}")
    return wrong


# A column of words has room for its tables at a desk; what must be scrolled for there is not found.
CUT = """() => [...document.querySelectorAll(".narrow .scroll:not(pre)")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""
WIDEST = """() => [...document.querySelectorAll("main *, header *, nav *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll"))
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""


def violations(page: Page, scheme: Scheme) -> list[str]:
    """Return what axe finds, each with the first element it concerns."""
    found: Any = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES[scheme])
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]


def test_every_page_is_looked_at(furnished: Everything) -> None:
    asked = {rule.endpoint for rule in furnished.live.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert asked == PAGES.keys() | NO_PAGES


@pytest.mark.parametrize(("state", "who", "endpoint", "changed"), VISITS, ids=[f"{v[2]}-{v[0]}" for v in VISITS])
def test_a_page_is_readable_by_everybody_and_fits(
    furnished: Everything,
    window_of: Callable[[str], Window],
    screenshots: Path,
    state: str,
    who: str,
    endpoint: str,
    changed: dict[str, str],
) -> None:
    window = window_of(who)
    window.wrong.clear()
    window.forgive(404, 410)
    window.page.set_viewport_size(PHONE)
    window.open(address(furnished, endpoint, who, changed))
    assert (window.status == 200) is not state.startswith(FAILING)
    expect(window.page.get_by_role("heading", level=1)).to_have_count(1)
    assert "/sign-in" not in window.path() or endpoint == "accounts.sign_in"
    wrong = look_at(window, f"{endpoint}-{state}", screenshots) + window.wrong
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("who", "endpoint", "button"), EMPTY, ids=[one[1] for one in EMPTY])
def test_a_form_that_comes_back_with_problems_is_too(
    furnished: Everything, window_of: Callable[[str], Window], screenshots: Path, who: str, endpoint: str, button: str
) -> None:
    window = window_of(who)
    window.wrong.clear()
    window.forgive(422)
    page = window.open(address(furnished, endpoint, who, {}))
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("thing.* to check"))).to_be_visible()
    wrong = look_at(window, f"{endpoint}-problems", screenshots) + window.wrong
    assert not wrong, "\n".join(wrong)
