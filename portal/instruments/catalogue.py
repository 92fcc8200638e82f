"""The instruments this clinic has: those shipped with the portal and those it has added or pasted the wording of."""

from portal.instruments import loader
from portal.instruments.loader import Catalogue


def current() -> Catalogue:
    """Return every version of every instrument this clinic can ask, score or has ever asked."""
    return loader.catalogue()
