"""The floor: a bare Flask view that writes a check-in's answers and numbers, with the same lock and durability."""

import uuid
from datetime import date
from typing import Any

from flask import Flask, Response, redirect, request
from sqlalchemy import insert

from bench.stand import settings
from config import from_environment
from portal import clock, db
from portal.checkins.models import CheckIn, ScoreRow, ScoreState

ITEMS = ("mood", "anxiety", "energy", "sleep_h", "safe")
ADD_CHECK_IN: Any = insert(CheckIn.__table__)  # type: ignore[arg-type]
ADD_SCORES: Any = insert(ScoreRow.__table__)  # type: ignore[arg-type]


def create_app(database_url: str, folder: str) -> Flask:
    """Build the bare application."""
    app = Flask(__name__)
    config = settings(database_url, folder)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=config.database_url, SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(config.database_url)
    )
    db.db.init_app(app)
    with app.app_context():
        engine = db.db.engine
        db.install(engine)

    @app.post("/check-ins/<uuid:patient_id>")
    def take(patient_id: uuid.UUID) -> Response:
        answers = {item: float(request.form[f"item_{item}"]) for item in ITEMS}
        row = check_in(patient_id, uuid.UUID(request.form["submission_id"]), answers)
        with engine.begin() as connection:
            connection.execute(ADD_CHECK_IN, row)
            connection.execute(ADD_SCORES, scores(row, answers))
        return redirect("/done", 303)  # type: ignore[return-value]

    return app


def check_in(patient_id: uuid.UUID, submission_id: uuid.UUID, answers: dict[str, float]) -> dict[str, Any]:
    """Return the row of a check-in."""
    now = clock.now()
    return {
        "id": uuid.uuid4(),
        "submission_id": submission_id,
        "patient_id": patient_id,
        "plan_item_id": None,
        "instrument": "daily",
        "version": 1,
        "language": "en",
        "asked": list(ITEMS),
        "answers": answers,
        "note": "",
        "for_on": now.date(),
        "time_zone": "UTC",
        "started_at": now,
        "received_at": now,
        "answers_hash": "",
        "corrects_id": None,
        "superseded_at": None,
        "reviewed_at": None,
        "reviewed_by_id": None,
    }


def scores(row: dict[str, Any], answers: dict[str, float], on: date | None = None) -> list[dict[str, Any]]:
    """Return the rows of a check-in's numbers."""
    return [
        {
            "patient_id": row["patient_id"],
            "instrument": row["instrument"],
            "scale": item,
            "for_on": on or row["for_on"],
            "check_in_id": row["id"],
            "at": row["received_at"],
            "value": answers[item],
            "band": None,
            "state": ScoreState.COMPLETE,
            "answered": 1,
            "asked": 1,
            "version": 1,
            "is_current": True,
        }
        for item in ITEMS[:4]
    ]


def from_env() -> Flask:
    """Build the bare application from the environment, as gunicorn does."""
    config = from_environment()
    return create_app(config.database_url, config.instance_path)
