"""What the team judged of Ada, so that its pages have something to show: her goals, a baseline, a signed review."""

import uuid
from datetime import timedelta

from portal import clock, db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.patients.goals.service import write
from portal.progress.baseline import queries as baselines
from portal.progress.baseline import service as baseline
from portal.review.booster import queries as reviews
from tests.live import Live
from tests.page import Browser

OF = ("phq-9", "total")
HOPE = "To walk by the river before breakfast.\n\nTo read a whole book again."


def judge(live: Live) -> dict[str, uuid.UUID]:
    """Write Ada's goals, choose another score to compare with, and sign a review through its page."""
    ada, bea, at = live.cast.ada, live.cast.bea, clock.now()
    with live.reach():
        write(ada.own_id, HOPE, seen=None, submission_id=uuid.uuid4(), by=ada.actor, at=at - timedelta(days=9))
        baseline.choose(
            ada.own_id,
            *OF,
            baselines.list_serving(ada.own_id, *OF)[0],
            reason="Answered on a good day; this one is nearer to how she was.",
            seen=baselines.get_seen(ada.own_id, *OF),
            submission_id=uuid.uuid4(),
            by=bea.actor,
            at=at,
        )
        client = live.app.test_client()
        client.set_cookie("interval", sessions.start(db.session.get_one(User, bea.user_id), at=at, device="a test"))
        db.session.commit()
        page = Browser(client).get(f"/patients/{ada.own_id}/review")
        days = {"next_review_on": (at + timedelta(days=30)).date().isoformat()}
        page.form("Sign the review").submit(decision="wait", reason="Too early to say; two more weeks.", **days)
        return {"review_id": reviews.list_reviews(ada.own_id)[0].id, "dots": live.cast.dot.own_id}
