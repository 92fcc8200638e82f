"""Plans made before there were triggers are asked on in their rhythm, and so are new ones after going back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from portal import db
from portal.checkins.models import PlanItem
from portal.checkins.plan import Anchor, Trigger
from portal.checkins.rhythm import from_json
from tests.cast import NOW, Cast
from tests.checkins.rhythms import AFTER_EACH, DAILY_FOR_7_THEN_WEEKLY, EVERY_7_FOR_28_THEN_14
from tests.factories import check_in, plan_item

FOLDER = str(Path(__file__).resolve().parent.parent.parent / "migrations")
CASES: list[Any] = [
    # triggers, and the nearest rhythm that there was before there were triggers
    ((Trigger(Anchor.START, every_days=1),), 1),
    ((Trigger(Anchor.START, every_days=366),), 366),
    (EVERY_7_FOR_28_THEN_14, 7),
    (DAILY_FOR_7_THEN_WEEKLY, 1),
    (AFTER_EACH, 14),
]


@pytest.mark.parametrize(("triggers", "every_days"), CASES)
def test_a_plan_keeps_its_rhythm_down_and_up_again(app: Flask, cast: Cast, triggers: Any, every_days: Any) -> None:
    item = plan_item(cast.ada, "phq-9", triggers=triggers, min_gap_days=3, ends_on=NOW.date() + timedelta(days=9))
    other = plan_item(cast.dot, "gad-7", 14)
    check_in(cast.ada, plan_item_id=item.id, instrument="phq-9")
    kept = (item.id, item.starts_on, item.ends_on)
    other_id = other.id
    db.session.remove()
    downgrade(directory=FOLDER, revision="0002")
    rows: dict[Any, Any] = dict(db.session.execute(text("SELECT instrument, every_days FROM plan_items")).all())
    assert rows == {"phq-9": every_days, "gad-7": 14}
    db.session.remove()
    upgrade(directory=FOLDER)
    again = db.session.get_one(PlanItem, kept[0])
    assert (again.id, again.starts_on, again.ends_on, again.min_gap_days) == (*kept, 0)
    assert from_json(again.triggers) == (Trigger(Anchor.START, every_days=every_days),)
    assert from_json(db.session.get_one(PlanItem, other_id).triggers) == (Trigger(Anchor.START, every_days=14),)
    assert db.session.scalar(text("SELECT count(*) FROM check_ins WHERE plan_item_id IS NOT NULL")) == 1
