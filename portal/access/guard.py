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
from portal.web import limited
from portal.web.session import BrowserSession

csrf = CSRFProtect()
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LISTS = frozenset({"day.show", "review.caseload", "review.find", "safety.alerts", "inbox.show", "finding.among_mine"})
LISTS |= {"follow_ups.mine", "many.show", "many.start"}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SHOWN = frozenset({"text/html", "text/csv", "image/svg+xml", "image/jpeg", "image/png", "application/pdf"})
"""Answers that a person reads; what a page asks for in the background is no look of its own."""
NOT_FOUND = 404
BEFORE_START = frozenset({Permission.CONSENT_GIVE, Permission.OWN_ACCOUNT, Permission.HOME})
BESIDE_CARD = frozenset({Permission.CRISIS_CARD, Permission.CONSENT_GIVE, Permission.SAFETY_PLAN_VIEW})
"""What a patient may open while the crisis card waits to be read; the card leads to the safety plan."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Marking:
    """What a route needs: a permission, or none for a public one.

    `quiet` requests do not keep a session alive. `keeps` says that what was sent as a session ended is offered again.
    `above` says that the form is on the page whose address this one goes on from, as .../new/draft does.
    `from_our_page` is false where the address itself is the secret, and a mail program posts to it.
    """

    permission: Permission | None
    quiet: bool = False
    keeps: bool = True
    above: bool = False
    from_our_page: bool = True


def requires(
    permission: Permission, *, quiet: bool = False, keeps: bool = True, above: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to whoever the policy permits this."""
    return _mark(Marking(permission, quiet, keeps, above))


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to everybody."""
    return _mark(Marking(None))(view)


def public_by_link(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to whoever has its address, which nobody can guess; it asks for no token of our forms."""
    return _mark(Marking(None, from_our_page=False))(view)


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


def page() -> str:
    """Return the path of the page that this request asks for, or whose form it sends."""
    marking: Marking = cast(Any, current_app.view_functions[request.endpoint or ""]).access
    return request.path.rpartition("/")[0] if marking.above else request.path


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
    if unsafe and marking.from_our_page:
        csrf.protect()
    if request.endpoint == "static":
        return None
    db.begin(write=False)
    answer = _admit(marking, marking.permission) if marking.permission else None
    if answer is None and unsafe:
        db.begin(write=True)
        g.write = True
    return answer


def before_commit() -> None:
    """Note that the session was used, in the request's own write: sending is a sign of life as much as reading."""
    if g.get("touch_session") and db.may_write():
        g.touch_session = False
        sessions.seen(g.actor.session_id, at=g.at)


def after_view(response: Response) -> None:
    """Write down a look at somebody's record and that the session was used, in one short transaction."""
    looked = _is_look(response)
    used = bool(g.get("touch_session"))
    if looked or used:
        where = {"patient_id": _patient_id(), "endpoint": request.endpoint or "", "at": g.at}
        looks.write(looked=looked, used=used, actor=g.actor, **where)


def _admit(marking: Marking, permission: Permission) -> ResponseReturnValue | None:
    found = sessions.find(browser().token, at=g.at)
    if found is None or not found.is_live:
        return _ask_to_sign_in(found, may_keep=marking.keeps)
    if not limited.may_open(found):
        return _ask_to_sign_in(found, may_keep=False)
    g.touch_session = not marking.quiet and g.at - found.last_seen_at >= sessions.SEEN_EVERY
    g.actor = _actor(found)
    thing = _thing(g.actor)
    if not permits(g.actor, permission, thing):
        return _refuse(permission)
    return _begin_first(permission) or (None if marking.quiet else _read_card_first(permission))


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
        scope=found.scope,
    )


def _live_actor() -> Actor | None:
    found = sessions.find(browser().token, at=g.at)
    return _actor(found) if found is not None and found.is_live else None


def _thing(acting: Actor) -> Thing:
    patient_id = _patient_id()
    if patient_id is None:
        if acting.role is Role.PATIENT:
            own = patients.get_own(acting.user_id)
            if own is not None:
                g.card_since, g.own_country = own.card_since, own.country
            g.actor = replace(acting, patient_id=own.id if own else None)
        return Thing()
    found = patients.get_ref(patient_id, viewer_id=acting.user_id, at=g.at)
    if found is None:
        return Thing(Relation.STRANGER)
    g.patient = found
    if found.relation is Relation.SELF:
        g.card_since, g.own_country = found.card_since, found.country
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


def _read_card_first(permission: Permission) -> ResponseReturnValue | None:
    """Send a patient to the crisis card while it waits, and from there to where they wanted to go.

    What they send is taken: nothing they typed is lost.
    """
    is_free = request.method not in SAFE_METHODS or permission in BESIDE_CARD
    if is_free or g.actor.role is not Role.PATIENT or g.get("card_since") is None:
        return None
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("card.show", patient_id=g.actor.patient_id, next=wanted), 303)


def _ask_to_sign_in(ended: sessions.SignedIn | None, *, may_keep: bool) -> ResponseReturnValue:
    is_read = request.method in SAFE_METHODS
    path = request.full_path.rstrip("?") if is_read else page()
    kept = False
    if not is_read and ended is not None and may_keep and _can_be_opened(path):
        with db.short_write():
            kept = keeping.keep(ended.user_id, path=path, fields=request.form.to_dict(flat=False), at=g.at)
    if request.accept_mimetypes.best == "application/json":
        return Response(status=401, mimetype="application/json", response="{}")
    return redirect(url_for("accounts.sign_in", next=path, kept=1 if kept else None), code=303)


def _can_be_opened(path: str) -> bool:
    """Return whether there is a page at an address, on which what is sent now can be offered again."""
    return "GET" in current_app.url_map.bind("").allowed_methods(path)


def _is_look(response: Response) -> bool:
    """Return whether somebody was shown a record, or a list of records, that is not their own."""
    if request.method not in {"GET", "HEAD", "POST"} or response.mimetype not in SHOWN:
        return False
    if response.status_code in REDIRECTS or response.status_code == NOT_FOUND:
        return False
    about_another = "patient" in g and g.patient.relation is not Relation.SELF
    return about_another or (request.endpoint in LISTS and g.actor.role is not Role.PATIENT)


def _mark(marking: Marking) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def marked(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        unlocked: Any = marked
        unlocked.access = marking
        return marked

    return decorate
