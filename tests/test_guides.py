"""docs/guides.md names, for every sentence of the guides, tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
GUIDES = {
    "Ashby": "ashby",
    "Crelate": "crelate",
    "JobAdder": "jobadder",
    "Kortivity": "kortivity",
    "TrackerRMS": "trackerrms",
}
GLANCE, RULES = "The five at a glance", "Rules that hold for all five"
TESTS_PER_ROW = re.compile(r"`([^`]+)`")
# Letters that stand apart in the guides as we have them.
TORN = {
    " c hoose": " choose",
    " s elect": " select",
    " t hey ": " they ",
    " t he ": " the ",
}

Row = tuple[str, list[str]]


@cache
def tables() -> dict[str, list[Row]]:
    """Return the rows of each section: the requirement, and the tests named for it."""
    found: dict[str, list[Row]] = {}
    for part in (ROOT / "docs" / "guides.md").read_text().split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        lines = [line for line in text.splitlines() if line.startswith("|")]
        found[title] = [_row(line) for line in lines[2:]]
    return found


def _row(line: str) -> Row:
    requirement, tests = (cell.strip() for cell in line.strip("|").split("|"))
    return requirement, TESTS_PER_ROW.findall(tests)


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests in a file, also those in classes."""
    tree = ast.parse((ROOT / path).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def words(text: str) -> list[str]:
    text = re.sub(r"\*\(.*?\)\*", " ", text)  # what is ours
    found = re.findall(r"[a-z0-9]+", text.casefold())
    return ["pinsync" if word == "pin" else word for word in found]


def guide(name: str) -> list[str]:
    """Return the words of a guide, without its heading and its list of contents."""
    path = SHARED / "guides" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"the guides are not at hand: there is no {path}")
    text = " ".join(path.read_text().splitlines()[3:])
    text = re.sub(r"this guide covers.*docs pin com\S*(?: \S+)*?#\w+", " ", text)
    for torn, whole in TORN.items():
        text = text.replace(torn, whole)
    return words(text)


def test_each_guide_and_the_table_of_all_have_their_section():
    assert list(tables()) == [*GUIDES, GLANCE, RULES]
    assert all(tables().values())


@pytest.mark.parametrize("section", [*GUIDES, GLANCE, RULES])
def test_no_row_is_empty(section):
    for requirement, tests in tables()[section]:
        assert words(requirement)
        assert tests, requirement


@pytest.mark.parametrize("section", [*GUIDES, GLANCE, RULES])
def test_every_test_that_is_named_exists(section):
    named = {test for _, tests in tables()[section] for test in tests}
    missing = [
        test
        for test in sorted(named)
        if not (ROOT / (path := test.partition("::")[0])).exists()
        or test.partition("::")[2] not in names_in(path)
    ]
    assert missing == []


def test_what_is_named_is_a_test():
    named = {
        t.partition("::")[2] for rows in tables().values() for _, r in rows for t in r
    }
    assert all(name.startswith("test_") for name in named)


@pytest.mark.parametrize("section", GUIDES)
def test_nothing_of_the_guide_is_left_out(section):
    required = guide(GUIDES[section])
    listed = [word for row, _ in tables()[section] for word in words(row)]
    for place, (asked, given) in enumerate(zip(required, listed, strict=False)):
        around = " ".join(required[max(place - 8, 0) : place + 8])
        assert asked == given, f"“{around}” is not in the table"
    assert len(listed) == len(required)


def test_every_row_of_the_table_of_all_is_listed():
    path = SHARED / "product.md"
    if not path.exists():
        pytest.skip(f"the table is not at hand: there is no {path}")
    text = path.read_text().partition(f"## {GLANCE}")[2].partition("\n\n**")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    rows = [line.split("|")[1].strip() for line in lines]
    listed = [row for row, _ in tables()[GLANCE]]
    assert len(rows) == len(listed)
    for row, ours in zip(rows, listed, strict=True):
        assert words(row)[: len(words(ours))] == words(ours)
