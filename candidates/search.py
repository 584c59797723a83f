"""How text is folded so that a search finds people however they are written."""

import unicodedata

# Letters that NFKD leaves alone although people type them without the stroke.
_STROKES = str.maketrans("łøđħıŧæœßðþ", "lodhitaosdt")


def searchable(*parts: str) -> str:
    """Join the parts, case folded, without accents: “Łukasz Żółć” is “lukasz zolc”."""
    text = unicodedata.normalize("NFKD", " ".join(part for part in parts if part))
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(bare.casefold().translate(_STROKES).split())
