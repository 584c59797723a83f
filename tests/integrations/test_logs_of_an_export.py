"""An export of a known person, well and badly: the logs do not tell who it was."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from integrations.models import Export, ExportStep
from pinsync.logs import JsonFormatter, TextFormatter

from .scene import only_ashby
from .test_over_the_wire_faults import LOST, READS

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = {
    "first_name": "Zebulon",
    "last_name": "Quackenbush",
    "email": "zebulon.q@example.com",
    "phone": "+12025550199",
    "linkedin_url": "https://www.linkedin.com/in/zebulon-quackenbush",
    "current_company": "Xylophone Works",
}
TELLTALES = (
    *("zebulon", "quackenbush", "2025550199", "202-555-0199", "202) 555-0199"),
    "xylophone",
)


class Kept(logging.Handler):
    """Keeps every line as both formatters make it, and every message as it was given."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines, self.messages = io.StringIO(), list[str]()
        self.formatters = (JsonFormatter(), TextFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
        for formatter in self.formatters:
            self.lines.write(formatter.format(record) + "\n")

    def check(self) -> None:
        """Check what was written; and ours without the net that takes things out."""
        everything = (self.lines.getvalue() + "\n".join(self.messages)).casefold()
        assert [word for word in TELLTALES if word in everything] == []


@pytest.fixture
def kept() -> Iterator[Kept]:
    root, handler = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def zebulon(scene):
    return scene.candidate(**PERSON)


def test_an_export_that_goes_well_names_nobody(scene, kept, zebulon):
    sent = scene.press(zebulon)
    scene.work()
    scene.page(zebulon)
    scene.read(f"/candidates/?q={PERSON['last_name']}")
    assert scene.state(sent) == Export.State.SENT
    assert PERSON["email"] in scene.person()["emails"]
    kept.check()


@pytest.mark.parametrize("reply", READS)
def test_a_look_up_that_fails_names_nobody(scene, kept, zebulon, reply):
    fault, options = READS[reply]
    scene.sim.fault(fault, match=scene.facts.find, **options)
    scene.trigger(zebulon)
    scene.work()
    kept.check()


@pytest.mark.parametrize("reply", LOST)
def test_a_create_that_fails_names_nobody(scene, kept, zebulon, reply):
    fault, options = LOST[reply]
    scene.sim.fault(fault, match=scene.facts.create, **options)
    scene.trigger(zebulon)
    scene.work()
    scene.settle()
    kept.check()


def fails_like_a_database(*args, **kwargs):
    try:
        raise KeyError(PERSON["email"])
    except KeyError as cause:
        raise IntegrityError(f"DETAIL: ({PERSON['last_name']}) exists") from cause


@only_ashby
def test_a_fault_of_our_own_names_nobody(scene, kept, zebulon, monkeypatch):
    monkeypatch.setattr("integrations.matching.judge", fails_like_a_database)
    scene.trigger(zebulon)
    scene.work()
    assert ExportStep.objects.filter(error_kind="crash").exists()
    assert "met a fault of our own" in kept.lines.getvalue()
    assert "IntegrityError, caused by KeyError" in kept.lines.getvalue()
    kept.check()


@only_ashby
def test_a_page_that_fails_names_nobody(scene, kept, zebulon, monkeypatch):
    monkeypatch.setattr("candidates.views.render", fails_like_a_database)
    scene.bob.raise_request_exception = False
    path = f"/candidates/{zebulon.pk}/"
    assert scene.bob.get(path, {"q": PERSON["email"]}).status_code == 500
    assert "Internal Server Error" in kept.lines.getvalue()
    kept.check()


def test_every_line_of_json_is_json(kept):
    logging.getLogger("integrations").warning("“Quoted”\nand in two lines")
    first = kept.lines.getvalue().splitlines()[0]
    assert json.loads(first)["message"] == "“Quoted”\nand in two lines"
