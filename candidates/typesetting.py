"""Text as the resume's fonts can draw it: nothing dropped, no empty boxes.

What no font can draw is printed in Latin letters, and a sentence says so.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby

from anyascii import anyascii

from . import fonts
from .fonts import Drawing

_LATIN, _HAN, _UNKNOWN = "Latin", "Han", "other"

# First code point, last code point, script; in order. Kana and Hangul have fonts of
# their own choice, Han follows the document.
_BLOCKS = (
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x06FF, "Arabic"),
    (0x0750, 0x077F, "Arabic"),
    (0x08A0, 0x08FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x1100, 0x11FF, _HAN),
    (0x2E80, 0x9FFF, _HAN),
    (0xA8E0, 0xA8FF, "Devanagari"),
    (0xA960, 0xA97F, _HAN),
    (0xAC00, 0xD7FF, _HAN),
    (0xF900, 0xFAFF, _HAN),
    (0xFB1D, 0xFB4F, "Hebrew"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE30, 0xFE4F, _HAN),
    (0xFE70, 0xFEFF, "Arabic"),
    (0xFF00, 0xFFEF, _HAN),
    (0x20000, 0x3FFFF, _HAN),
)
_STARTS = [first for first, _, _ in _BLOCKS]
_JOINERS = "\u200c\u200d"

_RTL_SCRIPTS = frozenset({"Arabic", "Hebrew"})
_RTL_LETTERS = frozenset({"R", "AL"})

_HAN_OF_COUNTRY = {
    "japan": "Japanese",
    "south korea": "Korean",
    "korea": "Korean",
    "taiwan": "Traditional Chinese",
    "hong kong": "Traditional Chinese",
    "macau": "Traditional Chinese",
}

# Private-use codes for clusters of letters; clean() has removed any of the author's.
_FIRST_PRIVATE, _PRIVATE, _MORE_PRIVATE = 0xE000, 6400, 0xF0000

# Codes for the shaped letters of scripts written from right to left. They must be
# such letters themselves, or xhtml2pdf would not put the line in order; those of ready
# joined forms are free, because texts that hold them are taken apart first.
_RTL_CODES = [
    code
    for code in range(0xFB50, 0xFEFD)
    if unicodedata.bidirectional(chr(code)) == "AL"
    and unicodedata.category(chr(code)) == "Lo"
]


class Line(str):
    """Text ready for the template, and the direction of its paragraph."""

    right_to_left: bool = False


def clean(text: str) -> str:
    """Return the text composed, without control characters and invisible codes.

    Line breaks and tabs stay. Codes that turn the direction of a line would let a name
    be shown as another; private codes have no meaning outside their author's font.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in "\n\t" or _is_printed(c))


def _is_printed(char: str) -> bool:
    if char in _JOINERS:
        return True
    if unicodedata.category(char) == "Cn":  # newer than our tables, or no character
        return ord(char) & 0xFFFE != 0xFFFE and not "\ufdd0" <= char <= "\ufdef"
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")


def script_of(char: str) -> str:
    """Return the script whose font is to draw the character."""
    code = ord(char)
    if code in fonts.text_coverage() or char.isspace():
        return _LATIN
    position = bisect_right(_STARTS, code) - 1
    if position >= 0 and code <= _BLOCKS[position][1]:
        return _BLOCKS[position][2]
    return _UNKNOWN


def _runs(text: str) -> Iterator[tuple[str, str]]:
    script = _LATIN
    scripts = []
    for char in text:
        # A joiner belongs to the letters before it.
        script = script if char in _JOINERS else script_of(char)
        scripts.append(script)
    pairs = zip(scripts, text, strict=True)
    for name, group in groupby(pairs, key=lambda pair: pair[0]):
        yield name, "".join(char for _, char in group)


class Typesetter:
    """Sets the texts of one document, and gathers what its own font has to draw."""

    def __init__(self, *, sample: str = "", country: str = ""):
        self.han = _han_font(sample, country)
        self.drawings: dict[bool, dict[int, Drawing]] = {False: {}, True: {}}
        self.latinized: list[str] = []
        self._private: dict[Drawing, str] = {}
        self._rtl: dict[Drawing, str] = {}

    def line(self, text: str, *, bold: bool = False) -> Line:
        """Return the text with every character drawable, in the order it is read."""
        runs = _runs(text)
        line = Line("".join(self._run(script, run, bold) for script, run in runs))
        line.right_to_left = _first_strong(text) in _RTL_LETTERS
        return line

    def notes(self) -> str:
        """Return a sentence about the texts printed in Latin letters, or nothing."""
        if not self.latinized:
            return ""
        shown = ", ".join(f"“{text[:40]}”" for text in self.latinized[:5])
        more = len(self.latinized) - 5
        and_more = f" and {more} more" if more > 0 else ""
        return (
            f"Printed in Latin letters, because no installed font draws them: "
            f"{shown}{and_more}."
        )

    def _run(self, script: str, run: str, bold: bool) -> str:
        if script == _LATIN:
            return run.replace("\u200c", "").replace("\u200d", "")
        if script == _UNKNOWN:
            return self._unknown(run, bold)
        source = self.han if script == _HAN else script
        if script in _RTL_SCRIPTS:
            return self._rtl_run(source, unicodedata.normalize("NFKC", run), bold)
        if fonts.SOURCES[source].shaped:
            clusters = fonts.shaped(source, run, bold=bold)
            if clusters is not None:
                return "".join(self._placed(drawn, bold) for drawn in clusters)
        return "".join(self._char(source, char, bold) for char in run)

    def _char(self, source: str, char: str, bold: bool) -> str:
        drawn = fonts.drawing_of(source, char, bold=bold)
        if drawn is None:
            return self._unknown(char, bold)
        self.drawings[bold][ord(char)] = drawn
        return char

    def _placed(self, drawn: Drawing, bold: bool) -> str:
        if _is_plain(drawn, bold):
            return self._char(drawn.source, drawn.meaning, bold)
        char = self._private.get(drawn)
        if char is None:
            char = self._private[drawn] = chr(_private_code(len(self._private)))
        self.drawings[bold][ord(char)] = drawn
        return char

    def _rtl_run(self, source: str, run: str, bold: bool) -> str:
        out = []
        for letters, group in groupby(run, key=_goes_left):
            part = "".join(group)
            clusters = fonts.shaped(source, part, bold=bold) if letters else None
            if clusters is None:
                # Digits keep their order; a missing letter is looked at by itself.
                out += [self._char(source, char, bold) for char in part]
            else:
                out += [self._spread(drawn, bold) for drawn in clusters]
        return "".join(out)

    def _spread(self, drawn: Drawing, bold: bool) -> str:
        """Give each letter of a cluster a code; the first one draws them all.

        Readers of the PDF turn such a line round code by code, so a code that meant
        several letters would come out with these in the wrong order.
        """
        # Numbers beside Hebrew letters keep their signs only if these are Hebrew; plain
        # Arabic letters would be joined a second time by xhtml2pdf.
        if drawn.source == "Hebrew" and _is_plain(drawn, bold):
            return self._char(drawn.source, drawn.meaning, bold)
        first, rest = drawn.meaning[0], drawn.meaning[1:]
        if len(self._rtl) + len(drawn.meaning) > len(_RTL_CODES):
            return "".join(self._char(drawn.source, c, bold) for c in drawn.meaning)
        parts = [drawn._replace(meaning=first)]
        parts += [Drawing(drawn.source, (), 0, letter) for letter in rest]
        out = ""
        for part in parts:
            char = self._rtl.setdefault(part, chr(_RTL_CODES[len(self._rtl)]))
            self.drawings[bold][ord(char)] = part
            out += char
        return out

    def _unknown(self, run: str, bold: bool) -> str:
        placed = [self._from_any_font(char, bold) for char in run]
        if None not in placed:
            return "".join(char for char in placed if char)
        if run not in self.latinized:
            self.latinized.append(run)
        # A sign without any Latin spelling still leaves a trace; what stands in bold is
        # a name or a title.
        latin = anyascii(run).strip() or "?"
        return latin[0].upper() + latin[1:] if bold else latin

    def _from_any_font(self, char: str, bold: bool) -> str | None:
        for source in (self.han, "Devanagari"):
            drawn = fonts.drawing_of(source, char, bold=bold)
            if drawn is not None:
                self.drawings[bold][ord(char)] = drawn
                return char
        return None


def _private_code(number: int) -> int:
    if number < _PRIVATE:
        return _FIRST_PRIVATE + number
    return _MORE_PRIVATE + number - _PRIVATE


def _is_plain(drawn: Drawing, bold: bool) -> bool:
    """Return whether shaping left the letter as it is by itself."""
    return drawn == fonts.drawing_of(drawn.source, drawn.meaning[0], bold=bold)


def _goes_left(char: str) -> bool:
    """Return whether the character is a letter, mark or joiner of such a script."""
    direction = unicodedata.bidirectional(char)
    return direction in _RTL_LETTERS or direction == "NSM" or char in _JOINERS


def _first_strong(text: str) -> str:
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction
    return "L"


def _han_font(sample: str, country: str) -> str:
    if any("\u3040" <= char <= "\u30ff" for char in sample):
        return "Japanese"
    if any("\uac00" <= char <= "\ud7a3" for char in sample):
        return "Korean"
    return _HAN_OF_COUNTRY.get(country.strip().lower(), "Simplified Chinese")
