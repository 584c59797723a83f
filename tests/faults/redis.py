"""A Redis of its own that may be stopped, emptied and set back to a stale dump."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from pinsync import embedded_redis


class RedisServer:
    """It keeps nothing by itself but what ``dump`` was told to keep."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.addresses = ["127.0.0.1"]
        self._process: subprocess.Popen[bytes] | None = None

    def url_at(self, port: int) -> str:
        return f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        words = ["--bind", *self.addresses, "--port", str(self.port), "--save", ""]
        words += ["--protected-mode", "no"]
        words += ["--appendonly", "no", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [embedded_redis.binary(), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while not self._answers():
            if time.monotonic() > deadline:
                raise SystemExit("Redis does not start.")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; what it held is gone, but for the last dump."""
        if self._process:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def flush(self) -> None:
        with suppress(RedisError):
            self._client().flushall()

    def dump(self) -> None:
        """Keep what it holds now; the next start brings it back, however old."""
        with suppress(RedisError):
            self._client().save()

    def forget_dump(self) -> None:
        (self.folder / "dump.rdb").unlink(missing_ok=True)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except RedisError:
            return False

    def _client(self) -> Redis:
        return Redis(port=self.port, socket_timeout=5)
