"""Run programs under the supervisor, as the launcher does: ``name:stage:grace:code``."""

import sys
from pathlib import Path

from pinsync.processes import Log, Program, Stopped, Supervisor

if __name__ == "__main__":
    with Supervisor(Log(), cwd=Path.cwd()) as supervisor:
        try:
            for argument in sys.argv[1:]:
                name, stage, grace, code = argument.split(":", 3)
                command = (sys.executable, "-u", "-c", code)
                supervisor.start(Program(name, command, int(stage), float(grace)))
            supervisor.watch()
        except Stopped:
            pass
