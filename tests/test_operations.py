"""What docs/operations.md and the examples beside it name exists."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from integrations import metrics
from integrations.models import Duty
from pinsync import clock
from tests.integrations.test_outages import ROWS
from tests.test_environment import example
from tests.test_guides import names_in

DOCS = settings.BASE_DIR / "docs"
DEPLOY = DOCS / "deploy"
TEXT = (DOCS / "operations.md").read_text()
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
PYTHON = "/opt/pinsync/.venv/bin/"
READ = """
from pinsync import settings
database = settings.DATABASES["default"]
print(database["PASSWORD"], database["HOST"], sep="\\n")
print(database["OPTIONS"]["tcp_user_timeout"], settings.SECRET_KEY, sep="\\n")
"""


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(path)
    return read


def commands() -> list[list[str]]:
    """Return every command that an example starts."""
    started = [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS]
    started += [s["command"] for s in COMPOSE["services"].values() if "command" in s]
    return started


def managed(words: list[str]) -> set[str]:
    return {words[n + 1] for n, w in enumerate(words[:-1]) if w == "manage.py"}


# --- Commands and queues -----------------------------------------------------------


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"manage\.py ([a-z_]+)", TEXT))
    named |= {name for words in commands() for name in managed(words)}
    assert {"dispatch", "rqworker", "after_restore", "prune", "migrate"} <= named
    assert named - get_commands().keys() == set()


@pytest.mark.parametrize("kind", ["units", "compose"])
def test_every_queue_has_a_worker(kind):
    lists = [shlex.split(unit(path)["Service"]["ExecStart"]) for path in UNITS]
    if kind == "compose":
        lists = [s["command"] for s in COMPOSE["services"].values() if "command" in s]
    served = {w for words in lists if "rqworker" in words for w in words}
    assert settings.RQ_QUEUES.keys() <= served


def test_the_classes_that_gunicorn_is_told_of_exist():
    files = (*UNITS, DEPLOY / "Dockerfile", DOCS / "operations.md")
    texts = [path.read_text() for path in files]
    named = {
        name
        for text in texts
        for name in re.findall(r"--logger-class[\s\",]+([\w.]+)", text)
    }
    assert named == {"pinsync.web_log.WebLog"}


# --- Variables, figures, files -----------------------------------------------------


def test_every_variable_that_is_named_is_in_the_example():
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b", TEXT))
    assert len(named) > 10
    of_compose = set(re.findall(r"\$\{(\w+):", (DEPLOY / "compose.yaml").read_text()))
    assert named - example().keys() - of_compose == set()


def exposed() -> set[str]:
    collected = metrics._of_database()
    names = {family.name for family in collected} | {"pinsync_up", "pinsync_queue_jobs"}
    names |= {f"{name}_total" for name, _, _ in metrics._COUNTERS.values()}
    return names | {"pinsync_call_seconds"}


@pytest.mark.django_db
def test_every_figure_is_explained_and_no_other():
    Duty.objects.create(name="dispatcher", done_at=clock.now())
    assert set(re.findall(r"\bpinsync_[a-z_]+", TEXT)) == exposed()


@pytest.mark.django_db
def test_the_rules_for_prometheus_use_figures_that_exist():
    rules = yaml.safe_load((DEPLOY / "alarms.yaml").read_text())["groups"][0]["rules"]
    named = {n for r in rules for n in re.findall(r"pinsync_[a-z_]+", r["expr"])}
    assert len(rules) >= 10
    assert named <= exposed()


def test_every_alarm_is_explained_and_no_other():
    rules = yaml.safe_load((DEPLOY / "alarms.yaml").read_text())["groups"][0]["rules"]
    alarms = {rule["alert"] for rule in rules}
    assert set(re.findall(r"\bPinSync[A-Z]\w+", TEXT)) == alarms


def test_commands_by_hand_read_the_file_as_it_is_written(tmp_path):
    """A shell would take the & of an address for its own, and begin a new database."""
    file = tmp_path / "pinsync.env"
    address = "postgres://pinsync:a%23b@db.internal/pinsync?tcp_user_timeout=9&x=1#c"
    file.write_text(f"DATABASE_URL={address}\nSECRET_KEY='$a& b'\n")
    variables = {"PINSYNC_ENV_FILES": str(file), "VAR_DIR": str(tmp_path)}
    assert all(name in TEXT for name in variables)
    said = subprocess.run(
        [sys.executable, "-c", READ],
        env={"CREDENTIALS_KEYS": os.environ["CREDENTIALS_KEYS"]} | variables,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    read = ["a#b", "db.internal", "9", "$a& b"]
    assert said.stdout.split("\n")[:4] == read, said.stderr


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (DOCS / target).exists(), target


def test_the_image_is_made_of_what_is_there():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert all((settings.BASE_DIR / name).exists() for name in copied)
    apps = {p.parent.name for p in settings.BASE_DIR.glob("*/__init__.py")} - {"tests"}
    assert apps <= set(copied)


# --- The examples themselves -------------------------------------------------------


def test_the_compose_file_names_what_it_has():
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= services.keys()
        build = service.get("build")
        if build:
            context = DEPLOY / build["context"]
            assert (context / build["dockerfile"]).is_file()
            assert context.resolve() == settings.BASE_DIR


@pytest.mark.parametrize("name", ["exports", "documents"])
def test_workers_have_the_time_to_finish_their_calls(name):
    (path,) = (path for path in UNITS if path.stem == f"pinsync-{name}")
    service = unit(path)["Service"]
    assert int(service["TimeoutStopSec"]) >= 40
    assert service["KillMode"] == "mixed"
    assert COMPOSE["services"][name]["stop_grace_period"] == "45s"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"
)
def test_systemd_takes_the_units(tmp_path):
    for path in (*UNITS, DEPLOY / "systemd" / "pinsync.target"):
        # Whether the program is there is for the machine that it is installed on.
        text = re.sub(rf"{PYTHON}\w+", sys.executable, path.read_text())
        text = text.replace("User=pinsync\n", "")
        (tmp_path / path.name).write_text(text)
    checked = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in checked.stderr.splitlines() if "pinsync" in line]
    assert said == []


# --- What still works while … is down ----------------------------------------------


def test_every_test_that_is_named_exists():
    named = set(re.findall(r"`(test_\w+)(?:\[[^]]*\])?`", TEXT))
    files = (settings.BASE_DIR / "tests" / "integrations").glob("test_*.py")
    there = {name for file in files for name in names_in(str(file))}
    assert len(named) > 10
    assert named - there == set()


def test_every_part_that_can_be_down_has_a_row():
    named = set(re.findall(r"`test_every_page_opens_while\[(\S+)\]`", TEXT))
    assert named | {"ats-refuses", "ats-503", "ats-html"} == set(ROWS)
