"""Backs the test's database up and brings it back, as docs/operations.md says."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection, connections

from tests.faults.parts import database_url


def back_up(to: Path) -> None:
    """Write a consistent copy, while others write on."""
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(_file())) as database,
            closing(sqlite3.connect(to)) as copy,
        ):
            database.backup(copy)
    else:
        _run("pg_dump", "--format=custom", f"--file={to}", database_url())


def restore(from_: Path) -> None:
    """Bring the copy back; nobody may be using the database."""
    connections.close_all()
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(from_)) as copy,
            closing(sqlite3.connect(_file())) as database,
        ):
            copy.backup(database)
    else:
        # Emptied instead of made anew: others of this test run stay connected to it.
        emptied = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        _run("psql", "--quiet", f"--command={emptied}", database_url())
        options = ("--single-transaction", "--no-owner")
        _run("pg_restore", *options, f"--dbname={database_url()}", str(from_))


def _file() -> str:
    return str(connection.settings_dict["NAME"])


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)
