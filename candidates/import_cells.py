"""What may stand in a cell of an import, and how it is brought into our form."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from .identity import email_key, is_on_linkedin

_ROUNDED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.IGNORECASE)
# Some systems call the form of address “Title”, where others mean the position.
_FORMS_OF_ADDRESS = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof"}
# Words that belong to the last name which they precede.
_PARTICLE = re.compile(
    "van|von|der|den|de|del|della|di|da|dos|das|du|la|le|al|el|bin|ibn|ter|ten|zu|zur",
    re.IGNORECASE,
)
# What follows a name after a comma and is not the first name.
_SUFFIX = re.compile(
    r"jr|sr|ii|iii|iv|ph\.?d|mba|cpa|esq|pmp|m\.?sc|b\.?sc", re.IGNORECASE
)

_is_url = URLValidator(schemes=["http", "https"])


class Wrong(ValueError):
    """A cell that cannot be imported; its text says what to do."""


def one_line(text: str) -> str:
    return " ".join(text.split())


def lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def readable(text: str) -> str:
    if "\0" in text:
        raise Wrong("The cell holds a character that no text has (NUL). Remove it.")
    return text


def fitting(value: str, limit: int | None) -> str:
    if limit is not None and len(value) > limit:
        raise Wrong(
            f"The text is {len(value):,} characters long; at most {limit:,} fit."
        )
    return value


def whole(text: str) -> str:
    """Return the number as it is written; raises Wrong where Excel has rounded it."""
    value = one_line(text)
    if _ROUNDED.fullmatch(value):
        raise Wrong(
            f"“{value}” is a number that Excel has shortened. Format the column as "
            "text, enter the number again and save the file."
        )
    return value


def email(text: str) -> str:
    value = email_key(text)
    try:
        validate_email(value)
    except ValidationError as error:
        raise Wrong(
            f"“{value[:80]}” is no email address. It must look like name@example.com."
        ) from error
    return value


def phone(text: str) -> str:
    value = whole(text)
    if not any(letter.isdigit() for letter in value):
        raise Wrong(
            f"“{value[:80]}” has no digits. Enter a phone number or empty the cell."
        )
    return value


def linkedin(text: str) -> str:
    value = one_line(text)
    url = value if "://" in value else f"https://{value}"
    try:
        _is_url(url)
    except ValidationError as error:
        raise Wrong(_no_profile(value)) from error
    if not is_on_linkedin(url):
        raise Wrong(_no_profile(value))
    return url


def _no_profile(value: str) -> str:
    return (
        f"“{value[:80]}” is no LinkedIn address. It must look like "
        "https://www.linkedin.com/in/name."
    )


def position(text: str) -> str:
    value = one_line(text)
    return "" if value.rstrip(".").casefold() in _FORMS_OF_ADDRESS else value


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name: “Ludwig”, “van Beethoven”; “Dana”, “” for one word."""
    before, comma, after = name.partition(",")
    if comma and _SUFFIX.fullmatch(after.strip().rstrip(".")):
        return split_name(before.strip())
    if comma and after.strip():
        return after.strip(), before.strip()
    words = before.split()
    if len(words) < 2:
        return before.strip(), ""
    cut = len(words) - 1
    while cut > 1 and _PARTICLE.fullmatch(words[cut - 1]):
        cut -= 1
    return " ".join(words[:cut]), " ".join(words[cut:])
