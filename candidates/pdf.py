"""HTML to PDF, without the network and without any file."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Any

import pypdf
from reportlab import rl_config
from xhtml2pdf import pisa
from xhtml2pdf import util as pisa_util
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.default import DEFAULT_FONT

from . import fonts
from .fonts import Drawing

# The same input gives the same bytes: no time stamps, no random identifiers.
rl_config.invariant = 1

DEFAULT_FONT[fonts.TEXT_FAMILY] = fonts.TEXT_FAMILY
DEFAULT_FONT[fonts.EXTRA_FAMILY] = fonts.EXTRA_FAMILY

# reportlab keeps its fonts for the whole process, and each document brings its own.
_lock = threading.Lock()

_NO_GLYPH = "No font this document has can draw"


class NotMade(Exception):
    """The renderer gave up; the message says why."""


@dataclass(frozen=True)
class Made:
    pdf: bytes
    pages: int
    missing: bool  # a character without a glyph was met


def made_of(html: str, drawings: dict[bool, dict[int, Drawing]], *, title: str) -> Made:
    """Return the PDF; raises NotMade or an error of the renderer.

    Limits of time, depth and size end a rendering that does not end by itself.
    """
    fonts.text_coverage()
    policy = ResourceAccessPolicy.server(None, allow_remote=False)
    out = io.BytesIO()
    with _lock:
        if any(drawings.values()):
            for bold, drawn in drawings.items():
                name = fonts.register_extra(drawn, bold=bold)
                # It remembers what a font of that name covered in the last document.
                pisa_util._font_coverage.pop(name, None)
        result: Any = pisa.CreatePDF(
            html,
            dest=out,
            encoding="utf-8",
            resource_policy=policy,
            # Not in the markup: there it would be looked for in the fonts.
            context_meta={"title": title},
        )
    if result.err:
        raise NotMade(f"The renderer reported {result.err} errors.")
    pdf = out.getvalue()
    missing = any(_NO_GLYPH in str(entry[2]) for entry in result.log)
    return Made(pdf, len(pypdf.PdfReader(io.BytesIO(pdf)).pages), missing)
