"""Set the environment of the test run before Django reads its settings.

Loaded by pytest as a plugin (``-p tests.environment``): tests never depend on the
developer's own ``.env``. ``TEST_DATABASE_URL`` chooses PostgreSQL;
``TEST_NEEDS_BROWSER=1`` refuses to run without chromium instead of leaving tests out.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

_VAR = tempfile.mkdtemp(prefix="pinsync-tests-")
atexit.register(shutil.rmtree, _VAR, ignore_errors=True)
os.mkdir(os.path.join(_VAR, "static"))  # or whitenoise misses it in every test
NO_CHROMIUM = "chromium is not on PATH"

os.environ.update(
    {
        "PINSYNC_ENV_FILES": "",
        "SECRET_KEY": "tests-only-" + "x" * 50,
        "CREDENTIALS_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtMDEyMzQ=",
        "DEBUG": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "PUBLIC_URL": "http://localhost",
        "VAR_DIR": _VAR,
        "DATABASE_URL": os.environ.get(
            "TEST_DATABASE_URL", f"sqlite:///{_VAR}/tests.sqlite3"
        ),
        "REDIS_URL": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:1/0"),
        "TIME_SCALE": "0.02",
        "PACE": "vendor",
        "ALLOWED_PRIVATE_HOSTS": "127.0.0.1:*",
    }
)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("TEST_NEEDS_BROWSER") == "1" and not shutil.which("chromium"):
        raise pytest.UsageError(f"TEST_NEEDS_BROWSER is set, but {NO_CHROMIUM}.")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Iterator[None]:
    """Say how many browser tests were left out, so that nobody thinks they passed."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum(NO_CHROMIUM in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} browser tests were left out: {NO_CHROMIUM}.", yellow=True
        )
