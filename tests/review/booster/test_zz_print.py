from tests.review.booster.test_gather import *


def test_print(cast: Cast) -> None:
    record_of.bipolar(cast)
    record_of.long(cast, 12)
    groups = ("lamotrigine", "cyp-inhibitor", "maoi", "stimulant", "ssri", "opioid", "naltrexone")
    for group in groups:
        record_of.medicine(cast, f"A medicine of the group {group}", "a dose in many words " * 4, [group], ago=2)
    for number in range(20):
        record_of.alert(cast, ago=number)
        record_of.event(cast, "Something long happened. " * 12, ago=1)
        factories.check_in(cast.ada, note="Many words about a day. " * 40)
    record_of.goals(cast, "Much to hope for. " * 40, ago=1)
    found = sheet(cast)
    for e in found.elements:
        print(e.number, len(e.lines), len(text(e)))
        for l, s in zip(e.lines, lines(e)):
            print("    ", l.tone.value[:3], s)
    assert 0
