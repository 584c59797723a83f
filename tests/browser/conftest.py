"""A real browser on the pages: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections as databases

from candidates import tasks as documents
from integrations import drainer
from pinsync import waking
from tests.factories import PASSWORD

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("chromium is not on PATH")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the tests themselves are not async.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium, live_server, settings):
    """Return a function that opens a signed-in page; it collects what goes wrong."""
    contexts = []

    def open_as(user, path="/", *, width=1280, **options):
        size = {"width": width, "height": 900 if width > 720 else 800}
        context = chromium.new_context(
            viewport=size, base_url=live_server.url, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: _note(page, message))
        page.goto("/sign-in/")
        page.fill("[name=username]", user.email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()


def _note(page, message):
    if message.type == "error":
        page.complaints.append(message.text)


@pytest.fixture
def no_redis(monkeypatch):
    """Wake nobody: who works in these tests looks for work all the time."""
    for name in ("wake_now", "awake"):
        monkeypatch.setattr(waking, name, lambda *args, **kwargs: None)


@pytest.fixture
def working(monkeypatch):
    """Do the worker's work in a thread until the test ends."""
    monkeypatch.setattr(drainer, "LINGER", 0.05)
    over = threading.Event()

    def work():
        try:
            while not over.wait(0.05):
                documents.render_due()
                drainer.Drainer().run()
        finally:
            databases.close_all()

    with ThreadPoolExecutor() as pool:
        worker = pool.submit(work)
        yield
        over.set()
        worker.result(60)
