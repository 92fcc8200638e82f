"""What people do in the portal, said once: each of these is a person with a finger or a mouse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.window import Window

DAILY = {"mood": "6", "anxious": "3", "energy": "5", "sleep": "7", "safe": "Yes"}
ASKED = {
    "mood": "Overall, how was your mood today?",
    "anxious": "How anxious or tense did you feel today?",
    "energy": "How was your energy today?",
    "sleep": "About how many hours did you sleep last night?",
    "safe": "Do you feel able to keep yourself safe today?",
}
DECLINE = "Prefer not to answer"
# Longer than the moment in which the stepper hears no second tap.
READING_MILLISECONDS = 400


@dataclass
class Hand:
    """One finger, or a mouse, on one page; it counts what it touches."""

    page: Page
    taps: int = 0

    def tap(self, what: Locator) -> None:
        """Touch one thing."""
        self.taps += 1
        what.click()

    def open_task(self, name: str) -> None:
        """Choose what is due on the page "Today"."""
        self.tap(self.page.get_by_role("main").get_by_role("link", name=name, exact=False).first)
        expect(self.page.get_by_role("button", name=re.compile("Send|Next"))).to_be_visible()

    def answer(self, question: str, answer: str) -> None:
        """Choose one answer of one question."""
        group = self.page.get_by_role("group", name=question)
        self.tap(group.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(answer)}\b")).first)

    def answer_daily(self, **changed: str) -> None:
        """Answer the five questions of the daily check-in."""
        for question, answer in (DAILY | changed).items():
            self.answer(ASKED[question], answer)

    def send(self, name: str = "Send") -> None:
        """Press the button under the form, and wait until the form is gone."""
        before = self.page.url
        self.tap(self.page.get_by_role("main").get_by_role("button", name=name, exact=True))
        self.page.wait_for_url(lambda url: url != before)


def stop_and_read(page: Page, name: str) -> None:
    """Leave the rest of a sitting for later, and open what was sent."""
    page.get_by_role("main").get_by_role("link", name="Stop for now").click()
    sent = page.get_by_role("heading", name="Sent today").locator("xpath=following-sibling::ul[1]")
    sent.get_by_role("link", name=name).click()


def step_through(page: Page, answers: list[str]) -> list[str]:
    """Answer a long scale one question at a time and return what stood above each: "1 of 9" and so on."""
    counts = []
    for number, answer in enumerate(answers):
        counts.append(page.locator(".steps-head span").inner_text())
        question = page.locator(".question:visible")
        expect(question).to_have_count(1)
        said = question.locator("legend").inner_text()
        page.wait_for_timeout(READING_MILLISECONDS)
        question.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(answer)}\b")).first.tap()
        if number < len(answers) - 1:
            expect(page.locator(".question:visible legend")).not_to_have_text(said)
    return counts


def write_message(window: Window, body: str, subject: str = "") -> None:
    """Write what is in the box of the page that is open, and send it."""
    page = window.page
    if subject:
        page.get_by_label("What is it about?").fill(subject)
    page.get_by_label("Your message").fill(body)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Sent.")).to_be_visible()


def fill(page: Page, values: Mapping[str, str]) -> None:
    """Type or choose what stands beside these labels."""
    for label, value in values.items():
        control = page.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
