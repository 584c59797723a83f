"""PersonRecord: the frozen snapshot of a candidate that is handed to adapters.

What is looked up after an unclear write is the record that was *sent*, not what the
candidate has become since; so the record travels as plain data and is stored with each
attempt.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import phonenumbers

if TYPE_CHECKING:
    from candidates.models import Candidate


@dataclass(frozen=True)
class Role:
    """One position held; dates as ``YYYY-MM-DD`` or ``""``; no end means still there."""

    title: str
    company: str = ""
    location: str = ""
    start: str = ""
    end: str = ""
    description: str = ""


@dataclass(frozen=True)
class School:
    """One education; years as numbers or None."""

    school: str
    degree: str = ""
    field: str = ""
    start_year: int | None = None
    end_year: int | None = None


@dataclass(frozen=True)
class PersonRecord:
    """Everything that may be sent; empty strings where nothing is known.

    ``email`` is trimmed and lower case. ``phone`` is as entered, ``phone_e164`` is
    ``""`` where it is not a valid number. ``linkedin_url`` is as entered; compare with
    ``linkedin_key()``. ``sourced`` is true for people found by PinSync, false for people
    imported from an ATS or a CSV file.
    """

    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    linkedin_url: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    headline: str = ""
    summary: str = ""
    current_title: str = ""
    current_company: str = ""
    experiences: tuple[Role, ...] = field(default=())
    education: tuple[School, ...] = field(default=())
    sourced: bool = True
    sourced_by_name: str = ""
    sourced_by_email: str = ""

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def location(self) -> str:
        return ", ".join(part for part in (self.city, self.state, self.country) if part)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PersonRecord:
        """Return the record of ``to_json()``; fields it does not know are dropped."""
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        known["experiences"] = tuple(Role(**row) for row in data.get("experiences", ()))
        known["education"] = tuple(School(**row) for row in data.get("education", ()))
        return cls(**known)

    @classmethod
    def of(cls, candidate: Candidate) -> PersonRecord:
        """Read the candidate as they are now (reads experiences and education)."""
        by = candidate.sourced_by
        return cls(
            first_name=candidate.first_name.strip(),
            last_name=candidate.last_name.strip(),
            email=candidate.email.strip().lower(),
            phone=candidate.phone.strip(),
            phone_e164=e164(candidate.phone, candidate.country),
            linkedin_url=candidate.linkedin_url.strip(),
            city=candidate.city,
            state=candidate.state,
            country=candidate.country,
            headline=candidate.headline,
            summary=candidate.summary,
            current_title=candidate.current_title,
            current_company=candidate.current_company,
            experiences=tuple(
                Role(
                    title=row.title,
                    company=row.company,
                    location=row.location,
                    start=row.start.isoformat() if row.start else "",
                    end=row.end.isoformat() if row.end else "",
                    description=row.description,
                )
                for row in candidate.experiences.all()
            ),
            education=tuple(
                School(
                    school=row.school,
                    degree=row.degree,
                    field=row.field,
                    start_year=row.start_year,
                    end_year=row.end_year,
                )
                for row in candidate.education.all()
            ),
            sourced=candidate.source == candidate.Source.SOURCED,
            sourced_by_name=by.name if by else "",
            sourced_by_email=by.email if by else "",
        )


def e164(phone: str, country: str = "") -> str:
    """Return the number as ``+12025550123``, or ``""`` where it is not a valid one.

    Without a leading ``+`` the country decides, by its English name or ISO code.
    """
    text = phone.strip()
    if not text:
        return ""
    region = None if text.startswith("+") else _REGIONS.get(country.strip().casefold())
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# Countries as people write them, where a national number can be completed safely.
_REGIONS = {
    name: code
    for code, names in {
        "US": ("us", "usa", "united states", "united states of america"),
        "CA": ("ca", "canada"),
        "GB": ("gb", "uk", "united kingdom", "great britain", "england", "scotland"),
        "IE": ("ie", "ireland"),
        "AU": ("au", "australia"),
        "NZ": ("nz", "new zealand"),
        "DE": ("de", "germany", "deutschland"),
        "AT": ("at", "austria"),
        "CH": ("ch", "switzerland"),
        "FR": ("fr", "france"),
        "ES": ("es", "spain"),
        "IT": ("it", "italy"),
        "NL": ("nl", "netherlands", "the netherlands"),
        "BE": ("be", "belgium"),
        "PL": ("pl", "poland"),
        "PT": ("pt", "portugal"),
        "SE": ("se", "sweden"),
        "NO": ("no", "norway"),
        "DK": ("dk", "denmark"),
        "FI": ("fi", "finland"),
        "CZ": ("cz", "czech republic", "czechia"),
        "GR": ("gr", "greece"),
        "IN": ("in", "india"),
        "JP": ("jp", "japan"),
        "KR": ("kr", "south korea", "korea"),
        "CN": ("cn", "china"),
        "SG": ("sg", "singapore"),
        "BR": ("br", "brazil"),
        "MX": ("mx", "mexico"),
        "ZA": ("za", "south africa"),
        "IL": ("il", "israel"),
        "UA": ("ua", "ukraine"),
        "AE": ("ae", "united arab emirates", "uae"),
        "TH": ("th", "thailand"),
    }.items()
    for name in names
}
