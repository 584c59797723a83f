"""The text that stands at the end of a start: where to go and what to try."""

from __future__ import annotations

from .accounts.demo import DEMO_PEOPLE
from .simulated import Simulated

_FIRST_STEPS = """\
  Try first, as Bob:
  1. Open the job “Robotics Software Engineer”, then Job settings, and choose under
     Position details or Automation when its candidates go to which ATS.
  2. Back under Candidates press “Add to outreach” and watch the ATS badge turn.
  3. Click the badge: it leads to the person in the simulated ATS.
  4. Open Exports: what the demo has sent meanwhile, and one question that needs you.\
""".splitlines()


def welcome(address: str, places: list[Simulated], *, demo: bool) -> str:
    """Return the text that stands at the end of a start."""
    lines = ["", f"  Ready:  {address}", ""]
    if demo:
        lines += ["  Sign in as               with the password"]
        lines += [
            f"  {person.email:<24} {person.password:<18} {person.part}"
            for person in DEMO_PEOPLE
        ]
        lines += ["", *_FIRST_STEPS, ""]
    for place in places:
        lines += [f"  {place.label} is simulated at {place.origin}/"]
    lines += ["  Ctrl-C stops everything and keeps the data; “make reset” removes it."]
    return "\n".join([*lines, "", ""])
