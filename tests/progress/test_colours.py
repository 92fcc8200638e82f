"""Words and marks can be told from every ground of the chart, light and dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
SCHEMES = ("light", "dark")


def colours(scheme: str) -> dict[str, str]:
    """The variables of one scheme: what the dark block does not say again stays as it is in the light."""
    found: dict[str, str] = {}
    for name in ("tokens", "chart"):
        light, rest = re.split(r"@media \(prefers-color-scheme: ?dark\)", (CSS / f"{name}.css").read_text(), maxsplit=1)
        for part in (light, rest.split("@media")[0])[: 1 + (scheme == "dark")]:
            found |= dict(re.findall(r"--([a-z0-9-]+): ?(#[0-9a-f]{6})", part))
    return found


def brightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((brightness(one), brightness(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("band", range(5))
def test_words_and_marks_stand_out_on_every_band(scheme: str, band: int) -> None:
    known = colours(scheme)
    ground = known[f"chart-band-{band}"]
    assert contrast(known["ink-soft"], ground) >= 4.5
    assert contrast(known["ink"], ground) >= 4.5
    assert contrast(known["action"], ground) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_daily_dots_and_numbers_in_signs_stand_out(scheme: str) -> None:
    known = colours(scheme)
    assert contrast(known["edge"], known["paper"]) >= 3
    assert contrast(known["action-ink"], known["action"]) >= 4.5


def test_no_band_is_red() -> None:
    for scheme in SCHEMES:
        for band in range(5):
            red, green, blue = (int(colours(scheme)[f"chart-band-{band}"][at : at + 2], 16) for at in (1, 3, 5))
            assert red - green <= 16
            assert abs(red - blue) <= 40
