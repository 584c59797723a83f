"""The columns that an import reads: how they are called, and what belongs in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from . import import_cells as cells
from .csv_file import Unreadable, written

if TYPE_CHECKING:
    from pinsync.accounts.models import Organization, User

    from .models import Candidate

_NAMED = 20  # columns of a file without names: more would not be read


@dataclass(frozen=True)
class LinkCell:
    """One filled cell of a linking column; without a candidate the person is new."""

    row: int
    value: str
    candidate: Candidate | None


class Links(Protocol):
    """What another app does with its column; only ``link()`` writes."""

    def known(
        self, organization: Organization, values: Collection[str]
    ) -> Mapping[str, Collection[int]]:
        """Return the ids of the candidates who are linked to each value already."""

    def problems(
        self, organization: Organization, cells: Collection[LinkCell]
    ) -> Mapping[int, str]:
        """Return a sentence for each row whose cell cannot be linked now."""

    def link(
        self,
        organization: Organization,
        people: Collection[tuple[Candidate, str]],
        *,
        by: User,
    ) -> None:
        """Link each candidate to the value, within the transaction of the import.

        Raises ``importing.Changed`` where that has become impossible since
        ``problems()``.
        """


@dataclass(frozen=True)
class Column:
    """A column: ``key`` is the candidate's field, or names what it is linked to."""

    key: str
    name: str
    help: str = ""
    also: tuple[str, ...] = ()
    examples: tuple[str, str] = ("", "")
    clean: Callable[[str], str] = cells.one_line
    in_template: bool = True
    links: Links | None = None

    @property
    def spellings(self) -> set[str]:
        return {_bare(name) for name in (self.name, *self.also)}


_registered: dict[str, Column] = {}


def register_column(column: Column) -> None:
    """Let imports read one more column; registering its key again replaces it."""
    _registered[column.key] = column


def all_columns() -> list[Column]:
    """Return every column that an import reads, in the order of the template."""
    return [*OWN_COLUMNS, *_registered.values()]


def linking_columns() -> Iterator[tuple[str, Links]]:
    """Yield the key of each column that links people, and what does it."""
    for column in all_columns():
        if column.links:
            yield column.key, column.links


def template() -> bytes:
    """Return the file to fill in: the columns, and two rows that show how."""
    columns = [column for column in all_columns() if column.in_template]
    rows = [[column.name for column in columns]]
    rows += [[column.examples[n] for column in columns] for n in range(2)]
    return written(rows)


def is_example(values: Mapping[str, str]) -> bool:
    """Return whether the row is one of those that the template brings along."""
    examples = {c.key: c.examples for c in OWN_COLUMNS}
    telling = ("last_name", "email")
    return any(
        all(values.get(key) == examples[key][n] for key in telling) for n in range(2)
    )


# --- The header ------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """Which column of ours each column of the file is; ``ignored`` are none of them."""

    header: list[str]
    places: list[tuple[Column, int]]
    ignored: list[str]


def layout_of(header: list[str]) -> Layout:
    """Recognize the columns by their names; raises Unreadable where no name is there."""
    by_spelling = {
        spelling: column for column in all_columns() for spelling in column.spellings
    }
    places: list[tuple[Column, int]] = []
    ignored = []
    for position, name in enumerate(header):
        column = by_spelling.get(_bare(name))
        if column:
            places.append((column, position))
        elif name:
            ignored.append(name)
    if not {column.key for column, _ in places} & NAME_KEYS:
        raise Unreadable(_nameless([name for name in header if name]))
    return Layout(header, places, ignored)


def _nameless(names: Iterable[str]) -> str:
    said = [f"“{name[:40]}”" for name in names]
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return (
        "The file has no column with names. Call its columns “First name” and "
        "“Last name”, or “Full name”, and upload it again. Its first row says: "
        f"{', '.join(said[:_NAMED])}{more}."
    )


def _bare(name: str) -> str:
    """Return the name without what people write differently: “E-Mail_1” is “email1”."""
    return re.sub(r"[\W_]+", "", name.casefold())


# --- Ours ------------------------------------------------------------------------

FULL_NAME = "full_name"
NAME_KEYS = {"first_name", "last_name", FULL_NAME}

OWN_COLUMNS = (
    Column(
        "first_name",
        "First name",
        "First or last name is needed.",
        ("Forename", "Given name", "Candidate first name", "Vorname", "Prénom"),
        ("Dana", "Alex"),
    ),
    Column(
        "last_name",
        "Last name",
        "First or last name is needed.",
        ("Surname", "Family name", "Candidate last name", "Nachname"),
        ("Example", "Sample"),
    ),
    Column(
        FULL_NAME,
        "Full name",
        "In place of first and last name; the last word counts as the last name.",
        ("Name", "Candidate name", "Candidate", "Contact name"),
        in_template=False,
    ),
    Column(
        "email",
        "Email",
        "One address. People who are here already are recognized by it.",
        (
            "Email address",
            "Mail",
            "Email 1",
            "Primary email",
            "Primary email address",
            "Personal email",
            "Work email",
            "Candidate email",
        ),
        ("dana.example@example.com", "alex.sample@example.com"),
        cells.email,
    ),
    Column(
        "phone",
        "Phone",
        "Best with the code of the country.",
        (
            "Mobile",
            "Mobile phone",
            "Mobile number",
            "Cell",
            "Cell phone",
            "Phone number",
            "Telephone",
            "Tel",
            "Primary phone",
            "Home phone",
            "Work phone",
            "Phone 1",
        ),
        ("(303) 555-0142", "020 7946 0958"),
        cells.phone,
    ),
    Column(
        "linkedin_url",
        "LinkedIn URL",
        "The address of their profile. People are recognized by it, too.",
        (
            "LinkedIn",
            "LinkedIn profile",
            "LinkedIn profile URL",
            "LinkedIn address",
            "LinkedIn link",
        ),
        (
            "https://www.linkedin.com/in/dana-example",
            "https://www.linkedin.com/in/alex-sample",
        ),
        cells.linkedin,
    ),
    Column(
        "city",
        "City",
        also=("Town", "Town/City", "City/Town"),
        examples=("Denver", "London"),
    ),
    Column(
        "state",
        "State",
        "State, province or county.",
        (
            "County",
            "Province",
            "Region",
            "County/State",
            "State/County",
            "State/Province",
        ),
        ("CO", ""),
    ),
    Column(
        "country",
        "Country",
        also=("Country name",),
        examples=("United States", "United Kingdom"),
    ),
    Column(
        "current_title",
        "Current title",
        "What they do now.",
        (
            "Job title",
            "Title",
            "Position",
            "Current job title",
            "Current position",
            "Role",
        ),
        ("Controls Engineer", "Data Analyst"),
        cells.position,
    ),
    Column(
        "current_company",
        "Current company",
        "Where they do it.",
        ("Company", "Employer", "Current employer", "Company name", "Organization"),
        ("Acme Widgets", "Example Analytics"),
    ),
    Column("headline", "Headline", "One line about them.", ("LinkedIn headline",)),
    Column(
        "summary",
        "Summary",
        "Some sentences about them.",
        ("About", "Bio"),
        clean=cells.lines,
    ),
    Column("skills", "Skills", "Separated by commas.", ("Key skills", "Skill set")),
)
