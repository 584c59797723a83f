"""Set the environment of the test run before Django reads its settings.

Loaded by pytest as a plugin (``-p tests.environment``): tests never depend on the
developer's own ``.env``. ``TEST_DATABASE_URL`` chooses PostgreSQL.
"""

import os
import tempfile

_VAR = tempfile.mkdtemp(prefix="pinsync-tests-")

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
