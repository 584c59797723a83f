"""One formatter for every line of ours, and nobody's data in it."""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import rq
from django.db import IntegrityError, OperationalError
from gunicorn.config import Config

from pinsync import logs
from pinsync.web_log import WebLog

SECRETS = ("dana@example.com", "+1 202 555 0123", "linkedin.com/in/dana-example")


def record(message: str, *args: object, error: BaseException | None = None):
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("integrations.x", 30, "x.py", 1, message, args, info)


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception:
        return sys.exc_info()[1]  # type: ignore[return-value]


def test_a_line_of_json_has_these_parts():
    line = json.loads(logs.JsonFormatter().format(record("Step %s starts over", 7)))
    assert line.keys() == {"time", "level", "logger", "message", "process", "thread"}
    assert (line["level"], line["logger"]) == ("WARNING", "integrations.x")
    assert line["message"] == "Step 7 starts over"
    assert line["time"].endswith("+00:00")


@pytest.mark.parametrize("name", logs.FORMATTERS)
@pytest.mark.parametrize("secret", SECRETS)
def test_addresses_and_numbers_are_taken_out_of_every_message(name, secret):
    line = logs.FORMATTERS[name]().format(record(f"wrong: {secret}."))
    assert secret not in line
    assert "[removed]" in line


@pytest.mark.parametrize("name", logs.FORMATTERS)
def test_what_somebody_searched_for_is_no_part_of_an_address(name):
    line = logs.FORMATTERS[name]().format(record("GET /candidates/?q=Dana+Example"))
    assert "Dana" not in line


@pytest.mark.parametrize("name", logs.FORMATTERS)
def test_an_exception_tells_its_kind_and_place_and_not_its_words(name):
    error = raised(IntegrityError("DETAIL: Key (name)=(Dana Example) exists"))
    line = logs.FORMATTERS[name]().format(record("A fault", error=error))
    assert "Dana" not in line
    assert "IntegrityError" in line
    assert "tests/pinsync/test_logs.py:" in line


def test_the_exception_behind_another_is_named_too():
    error = ValueError("Dana")
    error.__cause__ = KeyError("Example")
    assert logs.kind_of(error) == "ValueError, caused by KeyError"


def test_a_server_that_is_away_may_say_so():
    error = OperationalError("connection refused\nDETAIL: Dana")
    assert logs.kind_of(error) == "OperationalError: connection refused"


def test_a_text_that_another_handler_has_made_is_not_reused():
    error = raised(ValueError("Dana"))
    made = record("A fault", error=error)
    logging.Formatter().format(made)
    assert "Dana" not in logs.TextFormatter().format(made)


def test_gunicorn_speaks_like_us(settings, capfd):
    settings.LOG_FORMAT = "json"
    log = WebLog(Config())
    log.error("Error handling request %s", "/candidates/?q=Dana")
    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert line["message"] == "Error handling request /candidates/?[removed]"


def test_what_rq_keeps_of_a_failed_job_has_no_words_of_the_exception(monkeypatch):
    from pinsync import worker

    kept: list[str] = []
    monkeypatch.setattr(
        rq.Worker,
        "handle_job_failure",
        lambda self, job, queue, registry=None, exc_string="": kept.append(exc_string),
    )
    ours = worker.Worker.__new__(worker.Worker)
    error = raised(ValueError("Dana Example"))
    job: Any = SimpleNamespace(id="1")
    queue: Any = None
    ours.handle_exception(job, type(error), error, error.__traceback__)
    ours.handle_job_failure(job, queue, exc_string="ValueError: Dana Example")
    ours.handle_job_failure(job, queue, exc_string="Work-horse terminated")
    assert "Dana" not in kept[0]
    assert "ValueError" in kept[0]
    assert kept[1] == "Work-horse terminated"
