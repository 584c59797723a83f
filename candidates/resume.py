"""The resume of a candidate: asked for in a transaction, made later, kept for good.

A document belongs to one state of the candidate's details: the digest of what it shows.
Every export and every retry of the same details sends the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator

from anyascii import anyascii
from django.db import transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.template.loader import render_to_string

from pinsync import clock, waking

from . import fonts
from .events import resume_finished
from .models import Candidate, ResumeDocument
from .resume_contents import LEVELS, Facts, facts_of, first_level, outline
from .typesetting import Typesetter

logger = logging.getLogger(__name__)

# Raise it with every change of the template, the fonts or the cuts: documents of the
# old version stay as they were sent, and new exports get new ones.
TEMPLATE_VERSION = 1

MAX_PAGES = 2
_TRIES = 3
_BACKOFF = (10, 60)  # seconds after the first and the second failure
_LOOKED_UP = 20  # documents in one question
_CLAIM = 60  # seconds after which the worker of a claimed document counts as dead

State = ResumeDocument.State


def wake_documents() -> None:
    """Ask a worker, after the commit, to make what is wanted; safe without Redis."""
    waking.wake("documents", "candidates.tasks.render_due", timeout=900)


def digest_of(candidate: Candidate) -> str:
    """Return the SHA-256 of everything that the candidate's resume shows."""
    return _digest(facts_of(candidate))


def _digest(facts: Facts) -> str:
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def want_resume(candidate: Candidate) -> ResumeDocument:
    """Return the document of the present details, asking for it where there is none.

    Idempotent, also between processes; safe inside a transaction. Wakes a worker after
    the commit when the document is new.
    """
    document, created = ResumeDocument.objects.get_or_create(
        candidate=candidate,
        digest=digest_of(candidate),
        template_version=TEMPLATE_VERSION,
        defaults={"file_name": file_name_of(candidate), "not_before": clock.now()},
    )
    if created:
        wake_documents()
    return document


def current_document(candidate: Candidate) -> ResumeDocument | None:
    """Return the finished resume of the present details; None: it is not made yet."""
    return ResumeDocument.objects.filter(
        candidate=candidate,
        digest=digest_of(candidate),
        template_version=TEMPLATE_VERSION,
        state=State.READY,
    ).first()


def reopen(document: ResumeDocument) -> bool:
    """Ask once more for a document that could not be made; False: it had not failed."""
    reopened = ResumeDocument.objects.filter(pk=document.pk, state=State.FAILED).update(
        state=State.WANTED, tries=0, error="", not_before=clock.now()
    )
    if reopened:
        document.refresh_from_db()
        wake_documents()
    return bool(reopened)


def file_name_of(candidate: Candidate) -> str:
    """Return a name of plain letters that every system can store."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", anyascii(candidate.full_name[:200]))
    return (
        f"{plain.strip('-')[:80].strip('-') or f'Candidate-{candidate.pk}'}-resume.pdf"
    )


def claims() -> Iterator[ResumeDocument]:
    """Yield the wanted documents that are due, each claimed for this worker.

    One of each organization in turn: nobody waits behind another's ten thousand. The
    claim is a try. It lapses by itself, so the document of a worker that died is due
    again; one that has ended three workers is given up.
    """
    found = True
    while found:
        found = False
        for number in _due_in_turn():
            if document := _claim(number):
                found = True
                yield document


def claim_next() -> ResumeDocument | None:
    """Return the next document, claimed for this worker; None: no such."""
    return next(claims(), None)


def _due_in_turn() -> list[int]:
    mine = Window(
        RowNumber(),
        partition_by="candidate__organization",
        order_by=["not_before", "pk"],
    )
    due = ResumeDocument.objects.filter(state=State.WANTED, not_before__lte=clock.now())
    in_turn = due.annotate(turn=mine).order_by("turn", "not_before", "pk")
    return list(in_turn.values_list("pk", flat=True)[:_LOOKED_UP])


def _claim(number: int) -> ResumeDocument | None:
    now = clock.now()
    mine = ResumeDocument.objects.filter(pk=number)
    claimed = mine.filter(state=State.WANTED, not_before__lte=now).update(
        not_before=now + clock.period(_CLAIM), tries=F("tries") + 1
    )
    return mine.defer("pdf").get() if claimed else None


def render(document: ResumeDocument) -> None:
    """Make the PDF of a claimed document: READY, or due again later, or FAILED.

    No error of the renderer leaves this function; an error of a listener does, and
    leaves the document to be made again.
    """
    if document.tries > _TRIES:
        _gave_up(document, "The program that makes the PDF stopped three times.")
        return
    facts = facts_of(document.candidate)
    if _digest(facts) != document.digest:
        # Not failed: should the old details come back, it is asked for once more.
        _mine(document).delete()
        want_resume(document.candidate)
        return
    try:
        pdf, pages, notes = make(facts)
    except Exception as error:  # whatever the renderer or a font stumbles over
        # Only the kind of error: its text may quote the person's details.
        logger.warning(
            "Resume %s could not be made: %s.", document.pk, type(error).__name__
        )
        _failed(document, error)
    else:
        _finish(
            document,
            state=State.READY,
            pdf=pdf,
            pages=pages,
            notes=notes,
            error="",
            rendered_at=clock.now(),
        )


def make(facts: Facts) -> tuple[bytes, int, str]:
    """Return the PDF, its pages (one or two) and what to know about it.

    The same facts give the same bytes.
    """
    from .pdf import NotMade, made_of  # 0.3 s that web processes need not pay

    first = first_level(facts)
    sample = json.dumps(facts, ensure_ascii=False)
    for level, limits in enumerate(LEVELS[first:], start=first):
        typesetter = Typesetter(sample=sample, country=facts["country"])
        resume = outline(facts, limits, typesetter)
        made = made_of(
            _html(resume, typesetter), typesetter.drawings, title=resume["title"]
        )
        if made.pages <= MAX_PAGES:
            notes = [typesetter.notes()]
            if level:
                notes.append(
                    "Long texts and older roles were shortened to fit on two pages."
                )
            if made.missing:
                notes.append("Some characters have no glyph in any installed font.")
            return made.pdf, made.pages, " ".join(filter(None, notes))
    raise NotMade("It does not fit on two pages.")


def _html(resume: Facts, typesetter: Typesetter) -> str:
    families = [fonts.TEXT_FAMILY]
    if any(typesetter.drawings.values()):
        families.append(fonts.EXTRA_FAMILY)
    contact = [
        {"text": resume["email"], "url": f"mailto:{resume['email']}"},
        {"text": resume["phone"], "url": ""},
        {"text": resume["linkedin"], "url": resume["linkedin_url"]},
        {"text": resume["location"], "url": ""},
    ]
    return render_to_string(
        "candidates/resume.html",
        {
            "resume": resume,
            "contact": [item for item in contact if item["text"]],
            "families": ", ".join(families),
        },
    )


def _failed(document: ResumeDocument, error: Exception) -> None:
    sentence = f"The PDF could not be made ({type(error).__name__})."
    if document.tries >= _TRIES:
        _gave_up(document, sentence)
        return
    wait = _BACKOFF[min(document.tries, len(_BACKOFF)) - 1]
    again = clock.now() + clock.period(wait)
    _update(document, error=sentence, not_before=again)


def _gave_up(document: ResumeDocument, sentence: str) -> None:
    _finish(document, state=State.FAILED, error=sentence)


def _finish(document: ResumeDocument, **values: object) -> None:
    with transaction.atomic():
        if _update(document, **values):
            resume_finished.send(sender=ResumeDocument, document=document)


def _mine(document: ResumeDocument) -> QuerySet[ResumeDocument]:
    return ResumeDocument.objects.filter(
        pk=document.pk, state=State.WANTED, tries=document.tries
    )


def _update(document: ResumeDocument, **values: object) -> bool:
    """Store the values unless another worker has taken the document over."""
    stored = bool(_mine(document).update(**values))
    if stored:
        for name, value in values.items():
            setattr(document, name, value)
    return stored
