"""docs/proof.md names, for every sentence of the promise, something that shows it."""

from __future__ import annotations

import re

from django.conf import settings

from tests.test_guides import names_in

TEXT = (settings.BASE_DIR / "docs" / "proof.md").read_text()
MAKEFILE = (settings.BASE_DIR / "Makefile").read_text()


def rows() -> list[tuple[str, str]]:
    """Return what holds, and what shows it."""
    tables = TEXT.partition("## Figures of one day")[0]
    found = re.findall(r"^\| (.+?) \| (.*?) \|$", tables, re.MULTILINE)
    return [row for row in found if row != ("---", "---") and row[1] != "Shown by"]


def test_every_row_names_something_that_can_be_run():
    assert len(rows()) > 25
    for promise, shown_by in rows():
        assert re.search(r"`(tests/|make |python -m )", shown_by), promise


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[^`:]+)(?:::(test_\w+))?`", TEXT)
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (settings.BASE_DIR / path).exists()
        or (name and name not in names_in(path))
    ]
    assert missing == []


def test_every_run_that_is_named_exists():
    named = set(re.findall(r"`make (\w+)", TEXT))
    assert {"model", "faults", "bench"} <= named
    assert all(f"\n{name}: " in MAKEFILE for name in named)
