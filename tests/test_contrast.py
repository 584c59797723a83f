"""Every pair of colours that carries text or a control, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parent.parent / "static/css/tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")

GROUNDS = ["ground", "surface", "sunken", "hover"]
TEXT = [
    *((text, on) for text in ("text", "text-soft", "text-faint") for on in GROUNDS),
    *(("accent-text", on) for on in ("ground", "surface", "sunken", "accent-soft")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    *((state, f"{state}-soft") for state in ("green", "blue", "amber", "red", "grey")),
    *(("text", f"{state}-soft") for state in ("green", "blue", "amber", "red")),
    *((state, "surface") for state in ("green", "blue", "amber", "red", "grey")),
    ("red", "ground"),
    ("text", "accent-line"),
]
CONTROLS = [
    *(("line-strong", on) for on in ("ground", "surface", "sunken")),
    *(("focus", on) for on in ("ground", "surface", "sunken")),
    *((f"{s}-dot", "surface") for s in ("green", "blue", "amber", "red", "grey")),
    ("accent", "ground"),
]


def _colours(theme):
    found = PAIR.findall(TOKENS.read_text())
    return {name: (light, dark)[theme == "dark"] for name, light, dark in found}


def _luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_the_known_number():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "on"), TEXT)
def test_text_reaches_wcag_aa(theme, text, on):
    colours = _colours(theme)
    assert contrast(colours[text], colours[on]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "on"), CONTROLS)
def test_controls_reach_wcag_aa(theme, edge, on):
    colours = _colours(theme)
    assert contrast(colours[edge], colours[on]) >= 3


def test_only_the_tokens_name_colours():
    for sheet in TOKENS.parent.glob("*.css"):
        if sheet.name != "tokens.css":
            colours = re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", sheet.read_text())
            assert not colours, f"{sheet.name} names {colours}"
