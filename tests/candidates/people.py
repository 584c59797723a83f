"""Candidates as the resume tests need them, and how a reader sees their resume."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf

from candidates import resume
from candidates.models import Education, Experience
from candidates.resume_contents import facts_of
from tests.factories import CandidateFactory


def dana(organization, **fields) -> Any:
    """Return Dana with a history of three roles and one school."""
    candidate: Any = CandidateFactory(
        organization=organization,
        **{
            "last_name": "Example",
            "headline": "Senior Controls Engineer",
            "summary": "Hands over machines that operators understand.",
            "skills": "PLC programming, SCADA, Python",
            **fields,
        },
    )
    role(candidate, "Senior Controls Engineer", 2021, None, "Leads.\n• Cut downtime.")
    role(candidate, "Controls Engineer", 2016, 2021, "- Built two cells.")
    role(candidate, "Technician", 2013, 2016, "")
    Education.objects.create(
        candidate=candidate,
        school="Colorado State University",
        degree="B.Sc.",
        field="Electrical Engineering",
        start_year=2009,
        end_year=2013,
    )
    return candidate


def role(candidate, title, first, last, description) -> Experience:
    return Experience.objects.create(
        candidate=candidate,
        title=title,
        company="Acme Widgets",
        location="Denver, CO",
        start=date(first, 3, 1),
        end=last and date(last, 2, 1),
        description=description,
    )


def made(candidate) -> tuple[str, int, str]:
    """Return the text that a reader of the PDF finds, the pages, and the notes."""
    pdf, pages, notes = resume.make(facts_of(candidate))
    return text_of(pdf), pages, notes


def text_of(pdf) -> str:
    reader = pypdf.PdfReader(io.BytesIO(bytes(pdf)))
    return "\n".join(page.extract_text() for page in reader.pages)
