"""Whether the database has the present tables and the demo, without asking it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


class Prepared:
    """Remembers that the database has the present tables and the demo.

    Only for a SQLite file, which nobody else empties behind our back.
    """

    def __init__(self, var: Path, database: dict[str, str]) -> None:
        self._path = var / "prepared.json"
        self._database = database
        self._stored = self._read()

    def _read(self) -> dict[str, object]:
        try:
            stored: dict[str, object] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return stored

    @property
    def has_demo(self) -> bool:
        return bool(self._stored.get("demo"))

    def is_current(self) -> bool:
        name = str(self._database["NAME"])
        is_file = self._database["ENGINE"].endswith("sqlite3") and Path(name).is_file()
        return is_file and self._stored.get("tables") == self._digest()

    def store(self, *, demo: bool) -> None:
        self._stored = {"tables": self._digest(), "demo": demo}
        self._path.write_text(json.dumps(self._stored))

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _digest(self) -> str:
        """Return what the tables depend on: our migrations and the packages'."""
        sources = [*BASE_DIR.glob("*/migrations/*.py")]
        sources += BASE_DIR.glob("*/*/migrations/*.py")
        sources += BASE_DIR.glob("requirements.txt")
        digest = hashlib.sha256(str(self._database["NAME"]).encode())
        for path in sorted(sources):
            digest.update(str(path).encode() + path.read_bytes())
        return digest.hexdigest()
