"""The drawn mark of each vendor: from its folder, or as replaced by the operator."""

from __future__ import annotations

from xml.parsers import expat

from django.core.exceptions import ValidationError

from .adapters import folder_of, vendors

MAX_BYTES = 50_000

ELEMENTS = frozenset(
    {
        *("svg", "g", "defs", "title", "desc", "use"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("text", "tspan", "linearGradient", "radialGradient", "stop"),
        *("clipPath", "mask"),
    }
)


def drawn(vendor: str) -> bytes | None:
    """Return the mark in the vendor's folder, or None where there is none."""
    adapter = vendors().get(vendor)
    if adapter is None:
        return None
    path = folder_of(adapter) / "badge.svg"
    return path.read_bytes() if path.is_file() else None


def validate_svg(text: str) -> None:
    """Refuse anything that could run, load or hide something."""
    data = text.encode()
    if len(data) > MAX_BYTES:
        raise ValidationError("The drawing is larger than 50 kB.")
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _check_element
    parser.ProcessingInstructionHandler = _refuse_instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValidationError("This is not a readable SVG drawing.") from error
    if "<svg" not in text:
        raise ValidationError("The drawing must start with an svg element.")


def _refuse_doctype(*_args: object) -> None:
    raise ValidationError("The drawing must not hold a document type or entities.")


def _refuse_instruction(*_args: object) -> None:
    raise ValidationError("The drawing must not hold processing instructions.")


def _check_element(name: str, attributes: dict[str, str]) -> None:
    if name not in ELEMENTS:
        raise ValidationError(f"The drawing must not hold the element “{name}”.")
    for attribute, value in attributes.items():
        if _is_unsafe(attribute.lower(), value.lower()):
            raise ValidationError(f"The drawing must not use {attribute}=“{value}”.")


def _is_unsafe(attribute: str, value: str) -> bool:
    if attribute.startswith("xmlns"):
        return False
    if attribute.startswith("on") or attribute == "style":
        return True
    if attribute.endswith("href"):
        return not value.startswith("#")
    return "url(" in value and not value.strip().startswith("url(#")
