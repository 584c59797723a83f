"""The fonts of the resume, all from packages; each is opened when a text needs it.

Source Sans draws Latin, Greek and Cyrillic. The other scripts are shaped by HarfBuzz,
and the glyphs that one document needs are drawn into a small TrueType font of its own:
xhtml2pdf cannot shape, and the large font of the Chinese, Japanese and Korean
characters has outlines that reportlab does not embed. Every glyph remembers which text
it stands for, so that a reader of the PDF finds the letters the person wrote.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import uharfbuzz as hb
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

# Families as the template's style sheet names them.
TEXT_FAMILY, EXTRA_FAMILY = "resumetext", "resumeextra"

_EM = 1000
_ASCENT, _DESCENT = 750, -250  # as Source Sans, so that lines stand equally far apart
_SEMIBOLD = 600


class Source(NamedTuple):
    """A font file of a package, the member of a collection, and the wish for shaping.

    ``shaped``: letters change or move beside each other, so whole runs go to HarfBuzz.
    """

    package: str
    file: str
    member: int = 0
    shaped: bool = False


_CJK = ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc")

SOURCES = {
    "Hebrew": Source("fontpkg_open_sans", "files/OpenSans[wdth,wght].ttf", shaped=True),
    "Arabic": Source(
        "fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf", shaped=True
    ),
    "Thai": Source(
        "fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf", shaped=True
    ),
    "Devanagari": Source(
        "fontpkg_noto_sans_devanagari",
        "files/NotoSansDevanagari[wdth,wght].ttf",
        shaped=True,
    ),
    # One Han character is drawn differently from country to country.
    "Japanese": Source(*_CJK, member=0),
    "Korean": Source(*_CJK, member=1),
    "Simplified Chinese": Source(*_CJK, member=2),
    "Traditional Chinese": Source(*_CJK, member=3),
}


class Part(NamedTuple):
    """One glyph of a source font, and how far it is moved."""

    glyph: int
    dx: int = 0
    dy: int = 0


class Drawing(NamedTuple):
    """What stands at one code of a document's own font, and the text that it means."""

    source: str
    parts: tuple[Part, ...]
    advance: int
    meaning: str


def _path(package: str, file: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"The font package “{package}” is not installed; install the requirements."
        )
    return Path(spec.origin).parent / file


@cache
def opened(source: str, bold: bool) -> hb.Font:
    """Return the font of that script at the weight; the file is mapped, not read."""
    package, file, member, _ = SOURCES[source]
    blob = hb.Blob.from_file_path(str(_path(package, file)))
    font = hb.Font(hb.Face(blob, member))
    font.scale = (_EM, _EM)
    if bold and font.face.axis_infos:
        font.set_variations({"wght": _SEMIBOLD})
    elif bold:
        font.synthetic_bold = (0.02, 0.02, False)
    return font


def drawing_of(source: str, char: str, *, bold: bool) -> Drawing | None:
    """Return how that font draws the one character; None: it has no glyph for it."""
    font = opened(source, bold)
    glyph = font.get_nominal_glyph(ord(char))
    if not glyph:
        return None
    return Drawing(source, (Part(glyph),), font.get_glyph_h_advance(glyph), char)


def shaped(source: str, text: str, *, bold: bool) -> list[Drawing] | None:
    """Return a run as drawings of clusters in reading order; None: a glyph is missing."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(opened(source, bold), buffer)
    if any(info.codepoint == 0 for info in buffer.glyph_infos):
        return None
    clusters: dict[int, list[Part]] = {}
    pens: dict[int, int] = {}
    for info, move in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen = pens.setdefault(info.cluster, 0)
        part = Part(info.codepoint, pen + move.x_offset, move.y_offset)
        clusters.setdefault(info.cluster, []).append(part)
        pens[info.cluster] = pen + move.x_advance
    starts = sorted(clusters)
    return [
        Drawing(source, tuple(clusters[start]), pens[start], text[start:end])
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


@cache
def text_coverage() -> frozenset[int]:
    """Return the code points that Source Sans draws, registering it on the way."""
    weights = {0: "SourceSansPro-Regular.ttf", 1: "SourceSansPro-Semibold.ttf"}
    for bold, file in weights.items():
        name = file.removesuffix(".ttf")
        font = TTFont(name, str(_path("font_source_sans_pro", f"files/{file}")))
        pdfmetrics.registerFont(font)
        _map_family(TEXT_FAMILY, bold, name)
    return frozenset(font.face.charToGlyph)


def _map_family(family: str, bold: int, name: str) -> None:
    for italic in (0, 1):
        addMapping(family, bold, italic, name)


class ExtraFont(TTFont):  # type: ignore[misc]
    """A document's own font, whose glyphs tell readers of the PDF what they mean."""

    def __init__(self, name: str, drawings: Mapping[int, Drawing], *, bold: bool):
        super().__init__(name, io.BytesIO(_build(name, drawings, bold=bold)))
        self.meanings = {code: drawn.meaning for code, drawn in drawings.items()}

    def addObjects(self, doc: object) -> None:
        subsets = self.state[doc].subsets
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            prefix = SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX
            key = "toUnicodeCMap:" + prefix.decode("pdfdoc")
            stream = doc.idToObject[key]  # type: ignore[attr-defined]
            stream.content = self._with_meanings(stream.content, subset)

    def _with_meanings(self, cmap: str, subset: list[int]) -> str:
        # reportlab says that a glyph means its code; ours may mean several letters, and
        # a code above U+FFFF has to be written as two units.
        for index, code in enumerate(subset):
            meaning = self.meanings.get(code, chr(code))
            units = meaning.encode("utf-16-be").hex().upper()
            cmap = cmap.replace(
                f"<{index:02X}> <{code:04X}>\n", f"<{index:02X}> <{units}>\n"
            )
        return cmap


def register_extra(drawings: Mapping[int, Drawing], *, bold: bool) -> str:
    """Make the drawings available as the extra family, in place of the last ones."""
    name = "ResumeExtra-Semibold" if bold else "ResumeExtra-Regular"
    if name in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.getFont(name).unregister()
    pdfmetrics.registerFont(ExtraFont(name, drawings, bold=bold))
    _map_family(EXTRA_FAMILY, int(bold), name)
    return name


def _build(name: str, drawings: Mapping[int, Drawing], *, bold: bool) -> bytes:
    from fontTools.fontBuilder import FontBuilder  # 0.1 s that Latin texts need not pay
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    empty = TTGlyphPen(None).glyph()
    glyphs = {".notdef": empty, "space": empty}
    advances = {".notdef": 500, "space": 250}
    codes = {0x20: "space"}
    for code, drawn in sorted(drawings.items()):
        glyph_name = f"u{code:04X}"
        codes[code] = glyph_name
        glyphs[glyph_name] = _outline(drawn, bold=bold)
        advances[glyph_name] = drawn.advance
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupHead(unitsPerEm=_EM, created=0, modified=0)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(codes)
    builder.setupGlyf(glyphs)
    lefts = {key: getattr(glyph, "xMin", 0) for key, glyph in glyphs.items()}
    builder.setupHorizontalMetrics({k: (advances[k], lefts[k]) for k in glyphs})
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupNameTable({"familyName": "ResumeExtra", "psName": name})
    builder.setupOS2(sTypoAscender=_ASCENT, sTypoDescender=_DESCENT, fsType=0)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _outline(drawn: Drawing, *, bold: bool) -> object:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    font = opened(drawn.source, bold)
    pen = TTGlyphPen(None)
    # Curves of the third order, of which a large CJK font is made, become TrueType's.
    quadratic = Cu2QuPen(pen, max_err=1.0, reverse_direction=False)
    for part in drawn.parts:
        moved = TransformPen(quadratic, (1, 0, 0, 1, part.dx, part.dy))
        font.draw_glyph_with_pen(part.glyph, moved)
    return pen.glyph()
