"""What other apps add to the candidate search: filters that narrow the list.

Each is registered once, at start. Its fields come to the page by a template tag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import QueryDict

    from pinsync.accounts.models import Organization

    from .models import CandidateQuerySet

    # Returns the people it was given where nothing is chosen.
    Filter = Callable[[CandidateQuerySet, QueryDict, Organization], CandidateQuerySet]

_registered: list[Filter] = []


def register_filter(narrow: Filter) -> None:
    if narrow not in _registered:
        _registered.append(narrow)


def narrowed(
    people: CandidateQuerySet, data: QueryDict, organization: Organization
) -> CandidateQuerySet:
    """Return those whom every filter lets through; the same object if none is in use."""
    for narrow in _registered:
        people = narrow(people, data, organization)
    return people
