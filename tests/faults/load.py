"""Asks for everybody, as people do: again until the page has said that it heard."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial

from requests import Response

from .office import Browser, NoAnswer, went_on
from .plan import Person, Way, Wish
from .setting import ADDED, Post, Setting, bulks

_CLERKS = 8
_TRIES, _WAIT = 60, 1.0
_LADDER = ("added", "first_message", "replied", "interested")


class Answer(Enum):
    """What a page said to a request."""

    HEARD = "heard"
    REFUSED = "refused"  # they are in that ATS: nothing was accepted, nothing to repeat
    NONE = "none"


@dataclass
class Errand:
    """Something that is done at its moment, and the wishes it makes."""

    at: float
    wishes: list[Wish]
    do: Callable[[], Answer]


class Load:
    """All errands of a run, carried out over so many seconds by a few clerks."""

    def __init__(
        self, setting: Setting, people: Sequence[Person], bob: Browser, seed: int
    ) -> None:
        self._setting, self._bob = setting, bob
        self._dice = random.Random(f"load {seed}")
        self.errands = sorted(self._errands(people), key=lambda errand: errand.at)
        self.done = 0
        self._given_up = threading.Event()
        self._count = threading.Lock()

    def run(self, seconds: float) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(_CLERKS) as clerks:
            for errand in self.errands:
                wait = began + errand.at * seconds - time.monotonic()
                if wait > 0 and self._given_up.wait(wait):
                    break
                clerks.submit(self._carry_out, errand)

    def give_up(self) -> None:
        self._given_up.set()

    def _carry_out(self, errand: Errand) -> None:
        for wish in errand.wishes:
            wish.tried = True
        for _ in range(_TRIES):
            answer = self._quietly(errand.do)
            if answer is not Answer.NONE or self._given_up.wait(_WAIT):
                break
        for wish in errand.wishes:
            wish.heard = answer is Answer.HEARD
        with self._count:
            self.done += 1

    # -- errands -------------------------------------------------------------------

    def _errands(self, people: Sequence[Person]) -> list[Errand]:
        together = bulks(self._setting, people)
        errands = [self._bulk(some) for some in together]
        for person in people:
            if person.way is not Way.BULK:
                errands.append(self._first(person))
            if person.second_job:
                errands.append(self._second(person))
        return errands

    def _first(self, person: Person) -> Errand:
        post = self._setting.post_of(person)
        do: Callable[[], Answer] = {
            Way.EVENT: lambda: self._record(person, post, post.event),
            Way.TEN_TIMES: lambda: self._ten_times(person, post),
            Way.CLICK: lambda: self._click(person),
            Way.TWENTY_CLICKS: lambda: self._twenty_clicks(person),
        }[person.way]
        return Errand(person.at, person.wishes[:1], do)

    def _second(self, person: Person) -> Errand:
        post = self._setting.second[person.vendor]
        at = min(1.0, person.at + self._dice.random() * 0.1)
        return Errand(
            at, person.wishes[1:], partial(self._record, person, post, post.event)
        )

    def _bulk(self, people: Sequence[Person]) -> Errand:
        """Add some to the outreach at once; who goes over later is marked one by one."""
        post = self._setting.post_of(people[0])
        wishes = [person.wishes[0] for person in people]

        def do() -> Answer:
            ticked = [str(person.pk) for person in people]
            path = f"/jobs/{post.job}/candidates/outreach/"
            added = _answer(self._bob.post(path, {"candidate": ticked}))
            if post.event == ADDED or added is not Answer.HEARD:
                return added
            answers = {self._record(person, post, post.event) for person in people}
            return Answer.HEARD if answers == {Answer.HEARD} else Answer.NONE

        return Errand(people[0].at, wishes, do)

    def _record(self, person: Person, post: Post, kind: str) -> Answer:
        row = self._setting.rows[person.pk, post.job]
        return _answer(self._bob.post(f"/outreach/{row}/record/", {"kind": kind}))

    def _ten_times(self, person: Person, post: Post) -> Answer:
        kinds = [kind for kind in _LADDER for _ in range(10)]
        random.Random(person.number).shuffle(kinds)
        answers = self._at_once(
            [partial(self._record, person, post, kind) for kind in kinds]
        )
        # Only the event of the trigger brings them over for sure.
        said = zip(kinds, answers, strict=True)
        return _best([answer for kind, answer in said if kind == post.event])

    def _click(self, person: Person) -> Answer:
        job, title = self._setting.chosen_job(person)
        connection = self._setting.connections[person.vendor]
        form = {"ats": str(connection.pk), "ats_job_id": job}
        form |= {"ats_job_name": title, "q": title}
        return _answer(self._bob.post(f"/candidates/{person.pk}/export/", form))

    def _twenty_clicks(self, person: Person) -> Answer:
        return _best(self._at_once([partial(self._click, person)] * 20))

    def _at_once(self, calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
        with ThreadPoolExecutor(len(calls)) as hands:
            return list(hands.map(self._quietly, calls))

    def _quietly(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except NoAnswer:
            return Answer.NONE


def _answer(reply: Response) -> Answer:
    if went_on(reply):
        return Answer.HEARD
    return Answer.REFUSED if reply.status_code == 409 else Answer.NONE


def _best(answers: Sequence[Answer]) -> Answer:
    return next((a for a in Answer if a in answers), Answer.NONE)
