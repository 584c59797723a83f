"""Print one line that sums up all test runs, as pytest would for one.

python3 summary.py FOLDER SECONDS [BROKEN STAGE ...]: counts the JUnit files of the folder;
a stage that broke without a failed test counts as an error.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

NAMES = ("failed", "passed", "skipped", "error")


def counted(path: Path) -> Counter[str]:
    """Return how the tests of one run ended."""
    numbers: Counter[str] = Counter()
    report = ElementTree.parse(path)  # noqa: S314 - pytest has just written it
    for suite in report.iter("testsuite"):
        failed = int(suite.get("failures", 0))
        errors = int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        numbers += Counter(failed=failed, error=errors, skipped=skipped)
        numbers["passed"] += int(suite.get("tests", 0)) - failed - errors - skipped
    return numbers


def main(folder: str, seconds: str, *broken: str) -> None:
    runs = [counted(path) for path in sorted(Path(folder).glob("*.xml"))]
    total = sum(runs, Counter())
    explained = sum(1 for run in runs if run["failed"] or run["error"])
    total["error"] += max(0, len(broken) - explained)
    lines = [f"FAILED {stage}" for stage in broken]
    words = [f"{total[name]} {name}" for name in NAMES if total[name]]
    if total["error"] > 1:
        words[-1] += "s"
    lines.append(f"===== {', '.join(words) or 'no tests ran'} in {seconds}.00s =====")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
