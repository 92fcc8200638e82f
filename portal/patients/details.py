"""What a person types about a patient, as values. Pure."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TypeVar

from portal.patients import main_scale, names
from portal.patients.models import Condition

T = TypeVar("T", bound="Person | Contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a patient is and what they are treated for; `primary_instrument` is "" for the usual one."""

    given_name: str
    family_name: str
    born_on: date
    conditions: tuple[Condition, ...] = ()
    primary_instrument: str = ""

    @property
    def main_scale(self) -> str:
        """The scale whose chart comes first."""
        return self.primary_instrument or main_scale.usual(self.conditions)

    @property
    def name(self) -> str:
        """The name people call them by."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How and where a patient is reached, and who may be called for them."""

    country: str
    time_zone: str
    language: str = "en"
    mobile_phone: str = ""
    home_phone: str = ""
    address_line_1: str = ""
    address_line_2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    emergency_name: str = ""
    emergency_relationship: str = ""
    emergency_phone: str = ""
    emergency_may_call: bool = False


def cleaned(values: T) -> T:
    """Return the same values with every text cleaned of what cannot be seen."""
    texts: Any = {name: names.clean(value) for name, value in asdict(values).items() if type(value) is str}
    return replace(values, **texts)
