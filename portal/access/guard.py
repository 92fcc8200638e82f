"""The one door: asked before every view, it lets in, sends away, and remembers who came.

`docs/request.md` follows one request through here.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Response, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from portal import clock, db
from portal.access import looks
from portal.access.policy import Actor, Permission, Relation, Role, Thing, permits
from portal.accounts import keeping, sessions
from portal.audit import service as audit
from portal.patients import queries as patients
from portal.patients.queries import PatientRef
from portal.web.session import BrowserSession

csrf = CSRFProtect()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BEFORE_START = frozenset({Permission.CONSENT_GIVE, Permission.OWN_ACCOUNT, Permission.HOME})

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Marking:
    """What a route needs: a permission, or none for a public one; `quiet` requests do not keep a session alive."""

    permission: Permission | None
    quiet: bool = False


def requires(permission: Permission, *, quiet: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to whoever the policy permits this."""
    return _mark(Marking(permission, quiet))


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to everybody."""
    return _mark(Marking(None))(view)


def actor() -> Actor:
    """Return who is acting in this request."""
    found: Actor = g.actor
    return found


def visitor() -> Actor | None:
    """Return who is signed in, on a page that is open to everybody."""
    if "actor" not in g:
        g.actor = _live_actor()
    found: Actor | None = g.actor
    return found


def patient() -> PatientRef:
    """Return the patient this request is about."""
    found: PatientRef = g.patient
    return found


def at() -> datetime:
    """Return the one moment this request happens at."""
    found: datetime = g.at
    return found


def browser() -> BrowserSession:
    """Return the cookie session of whoever asks."""
    return cast(BrowserSession, session)


def check() -> ResponseReturnValue | None:
    """Decide about one request before its view runs."""
    g.at = clock.now()
    g.write = False
    if request.endpoint is None:
        return None
    marking: Marking | None = getattr(current_app.view_functions[request.endpoint], "access", None)
    if marking is None:
        abort(500)
    unsafe = request.method not in SAFE_METHODS
    if unsafe:
        csrf.protect()
    if request.endpoint == "static":
        return None
    db.begin(write=False)
    answer = _admit(marking.permission, quiet=marking.quiet) if marking.permission else None
    if answer is None and unsafe:
        db.begin(write=True)
        g.write = True
    return answer


def after_view(response: Response) -> None:
    """Write down a look at a patient's record and that the session was used, in one short transaction."""
    looked = _is_look(response)
    if looked or g.get("touch_session"):
        looks.write(looked=looked, actor=g.actor, patient_id=_patient_id(), endpoint=request.endpoint or "", at=g.at)


def _admit(permission: Permission, *, quiet: bool) -> ResponseReturnValue | None:
    found = sessions.find(browser().token, at=g.at)
    if found is None or not found.is_live:
        return _ask_to_sign_in(found)
    g.touch_session = not quiet and g.at - found.last_seen_at >= sessions.SEEN_EVERY
    g.actor = _actor(found)
    thing = _thing(g.actor)
    if not permits(g.actor, permission, thing):
        return _refuse(permission)
    return _begin_first(permission)


def _actor(found: sessions.SignedIn) -> Actor:
    return Actor(
        user_id=found.user_id,
        role=found.role,
        name=found.name,
        is_medical_director=found.is_medical_director,
        time_zone=found.time_zone,
        language=found.language,
        session_id=found.session_id,
        address=request.remote_addr or "",
    )


def _live_actor() -> Actor | None:
    found = sessions.find(browser().token, at=g.at)
    return _actor(found) if found is not None and found.is_live else None


def _thing(acting: Actor) -> Thing:
    patient_id = _patient_id()
    if patient_id is None:
        if acting.role is Role.PATIENT:
            g.actor = replace(acting, patient_id=patients.get_own_id(acting.user_id))
        return Thing()
    found = patients.get_ref(patient_id, viewer_id=acting.user_id)
    if found is None:
        return Thing(Relation.STRANGER)
    g.patient = found
    if found.relation is Relation.SELF:
        g.actor = replace(acting, patient_id=found.id)
    return Thing(found.relation, found.status)


def _patient_id() -> uuid.UUID | None:
    found: uuid.UUID | None = (request.view_args or {}).get("patient_id")
    return found


def _refuse(permission: Permission) -> ResponseReturnValue:
    patient_id = _patient_id()
    with db.short_write():
        audit.record(
            "access:refused",
            by=g.actor,
            at=g.at,
            patient_id=g.patient.id if "patient" in g else None,
            outcome=audit.REFUSED,
            permission=permission.value,
        )
    abort(403 if patient_id is None else 404)


def _begin_first(permission: Permission) -> ResponseReturnValue | None:
    """Send a patient who has not agreed yet to the page that asks."""
    if g.actor.role is not Role.PATIENT or permission in BEFORE_START or "patient" not in g or g.patient.has_started:
        return None
    return redirect(url_for("patients.before_you_start", patient_id=g.patient.id))


def _ask_to_sign_in(ended: sessions.SignedIn | None) -> ResponseReturnValue:
    path = request.full_path.rstrip("?") if request.method in SAFE_METHODS else request.path
    kept = False
    if request.method not in SAFE_METHODS and ended is not None:
        with db.short_write():
            kept = keeping.keep(ended.user_id, path=path, fields=request.form.to_dict(flat=False), at=g.at)
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401, mimetype="application/json", response="{}")
    return redirect(url_for("accounts.sign_in", next=path, kept=1 if kept else None), code=303)


def _is_look(response: Response) -> bool:
    is_read = request.method in {"GET", "HEAD"} and response.status_code < 300
    return is_read and "patient" in g and g.patient.relation is not Relation.SELF


def _mark(marking: Marking) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def marked(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        unlocked: Any = marked
        unlocked.access = marking
        return marked

    return decorate
