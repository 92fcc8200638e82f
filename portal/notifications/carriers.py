"""What carries text messages and push messages, as far as it is set up."""

from collections.abc import Callable, Sequence

from portal.notifications import vapid
from portal.notifications.models import Channel
from portal.notifications.over_http import PushServices, gateway
from portal.notifications.transports import Transport


def find(
    *,
    sms: tuple[str, str, str],
    push_hosts: Sequence[str],
    folder: str,
    contact: str,
    write: Callable[[str], object] = print,
) -> dict[Channel, Transport]:
    """Return what carries messages besides mail.

    Args:
        sms: the gateway's address, the body of a request to it, and how we sign in there.
        push_hosts: see `over_http.may_push_to`.
        folder: where the push key lies.
        contact: an e-mail address which push services may write to.
        write: where a text message for `console:` is printed.

    Raises:
        ValueError: a setting is wrong; the text says which.
    """
    url, body, authorization = sms
    texts = gateway(url, body=body, authorization=authorization, write=write)
    key = vapid.load(folder)
    found: dict[Channel, Transport] = {}
    if texts is not None:
        found[Channel.SMS] = texts
    if key is not None:
        found[Channel.PUSH] = PushServices(key, push_hosts, f"mailto:{contact}")
    return found
