"""The text that stands at the end of a start: where to go and what to try."""

from __future__ import annotations

from .accounts.demo import DEMO_PEOPLE
from .simulated import Simulated

_FIRST_STEPS = """\
  Try first, as Bob:
  1. Open a job, then Settings > Position details or Automation: choose when its
     candidates go to which ATS.
  2. Add a candidate to outreach and watch the badge turn.
  3. Follow the badge to the person in the simulated ATS.""".splitlines()


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
