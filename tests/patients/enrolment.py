"""What a provider types to take somebody into care."""

from typing import Any

TYPED: dict[str, Any] = {
    "given_name": "Ida",
    "family_name": "Sørensen",
    "born_on": "1990-02-28",
    "conditions": ["ptsd", "anxiety"],
    "email": "Ida@Example.org",
    "mobile_phone": "+45 20 55 01 34",
    "home_phone": "",
    "address_line_1": "Strandvej 3",
    "address_line_2": "",
    "city": "Aarhus",
    "region": "",
    "postal_code": "8000",
    "country": "DK",
    "time_zone": "Europe/Copenhagen",
    "emergency_name": "Bo Sørensen",
    "emergency_relationship": "brother",
    "emergency_phone": "+45 20 55 01 78",
    "emergency_may_call": "yes",
}
