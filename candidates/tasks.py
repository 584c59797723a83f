"""What the worker of the queue “documents” calls."""

from __future__ import annotations

import time

from pinsync import clock, waking

from . import resume
from .resume import wake_documents

__all__ = ["render_due", "wake_documents", "warm_up"]

_LONGEST = 600  # seconds; then the next job goes on in a fresh process

_SAMPLE = {
    "name": "Warm Up",
    "headline": "",
    "email": "",
    "phone": "",
    "linkedin": {"text": "", "url": ""},
    "location": "",
    "country": "",
    "summary": "",
    "experiences": [],
    "education": [],
    "skills": [],
    "source": "",
    "origin": "",
}


def render_due() -> None:
    """Make the wanted resumes until none is due."""
    waking.awake("documents")
    end = time.monotonic() + clock.scaled(_LONGEST)
    claims = resume.claims()
    while time.monotonic() < end:
        document = next(claims, None)
        if document is None:
            return
        resume.render(document)
    wake_documents()


def warm_up() -> None:
    """Import the renderer and use it once, so that forked workers need not."""
    resume.make(_SAMPLE)
