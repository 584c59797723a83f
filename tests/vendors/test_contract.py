"""One list of scenarios for every vendor, through the real door to its simulator.

A sixth vendor adds its row to ``desk.FACTS`` and must pass them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import pytest

from integrations.adapters import Key, PermissionState, Unsupported, vendors
from integrations.errors import (
    AlreadyThere,
    AtsError,
    BadCredentials,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    Unclear,
    Unexpected,
)
from integrations.matching import linkedin_key
from integrations.simulation import simulators

from .desk import FACTS, PDF, Desk, desk_of, different_desk_of
from .people import BARE, FULL

SCENARIOS: dict[str, Callable[[Desk], None]] = {}

# Where somebody who was sourced begins, in the words of each vendor.
FIRST_STAGES = ("New Lead", "New", "Sourced", "Identified", "Submitted", "Longlist")


def scenario(check: Callable[[Desk], None]) -> Callable[[Desk], None]:
    SCENARIOS[check.__name__.replace("_", " ")] = check
    return check


def resume_scenario(check: Callable[[Desk], None]) -> Callable[[Desk], None]:
    return scenario(where_it_takes_one(check))


def where_it_takes_one(check: Callable[[Desk], None]) -> Callable[[Desk], None]:
    """A vendor that is sent no resume refuses one by name, before any call."""

    @wraps(check)
    def checked(desk: Desk) -> None:
        if desk.adapter.sends_resume:
            check(desk)
            return
        assert desk.facts.resume == ""
        calls = desk.sim.count()
        for ask in (
            partial(desk.adapter.has_resume, "1", "a.pdf"),
            partial(desk.attach, "1"),
        ):
            with pytest.raises(Unsupported, match="resumes"):
                ask()
        assert (desk.gates, desk.sim.count()) == (0, calls)

    return checked


def outcome(act: Callable[[], Any]) -> Any:
    """Return what came back, or the error where the vendor said no."""
    try:
        return act()
    except AtsError as error:
        return error


# -- Connecting --------------------------------------------------------------------


@scenario
def a_good_key_connects(desk):
    account = desk.adapter.check()
    assert account.name
    assert set(account.permissions) == {need.code for need in desk.adapter.needs}
    assert PermissionState.MISSING not in account.permissions.values()


@scenario
def the_same_key_is_the_same_account_every_time(desk):
    assert desk.adapter.check().id == desk.adapter.check().id


@scenario
def checking_and_pinging_change_nothing(desk):
    before = desk.sim.truth()
    desk.adapter.check()
    desk.adapter.ping()
    assert desk.sim.truth() == before


@scenario
def a_wrong_key_is_refused(desk):
    for ask in (desk.signed_in("wrong-key").check, desk.signed_in("wrong-key").ping):
        with pytest.raises(BadCredentials, match=desk.adapter.label):
            ask()


@scenario
def a_key_with_a_character_no_header_can_hold_is_refused(desk):
    with pytest.raises(BadCredentials):
        desk.signed_in("naïve\nkey").check()


@scenario
def a_key_that_is_withdrawn_is_refused_from_then_on(desk):
    desk.adapter.check()
    desk.sim.revoke(desk.facts.key)
    with pytest.raises(BadCredentials):
        desk.adapter.check()
    with pytest.raises(BadCredentials):
        desk.create()
    assert desk.people() == []


@scenario
def a_key_without_any_right_shows_it(desk):
    desk.grant("bare-key", [])
    answer = outcome(desk.signed_in("bare-key").check)
    if isinstance(answer, AtsError):
        assert isinstance(answer, MissingPermission)
        assert desk.adapter.label in answer.sentence
    else:
        assert PermissionState.MISSING in answer.permissions.values()
        assert PermissionState.PROVEN not in answer.permissions.values()


@scenario
def a_key_that_may_only_read_does_not_write(desk):
    desk.grant("reader", desk.facts.may)
    desk.adapter = desk.signed_in("reader")
    states = desk.adapter.check().permissions
    writing = [states[code] for code in states if "write" in code]
    assert PermissionState.PROVEN not in writing
    with pytest.raises(MissingPermission, match=desk.adapter.label):
        desk.create(BARE)
    assert desk.people() == []


@scenario
def each_missing_right_is_the_one_shown(desk):
    codes = [need.code for need in desk.adapter.needs]
    for code in codes:
        desk.grant("partial", [other for other in codes if other != code])
        states = desk.signed_in("partial").check().permissions
        missing = [c for c in codes if states[c] is PermissionState.MISSING]
        assert states[code] is not PermissionState.PROVEN
        if code not in desk.facts.only_writing_shows or missing:
            assert missing == [code]


# -- Jobs --------------------------------------------------------------------------


@scenario
def only_open_jobs_are_offered_with_their_titles(desk):
    jobs = desk.adapter.search_jobs("")
    titles = {job["id"]: job["title"] for job in desk.sim.truth()["jobs"]}
    assert 0 < len(jobs) <= 50
    assert all(job.is_open and titles[job.id] == job.title for job in jobs)
    assert len(jobs) < len(titles)


@scenario
def a_job_is_found_by_a_part_of_its_title(desk):
    job = desk.adapter.search_jobs("")[-1]
    part = job.title[1:9].upper()
    assert job in desk.adapter.search_jobs(f" {part} ".strip())


@scenario
def nothing_is_found_for_words_no_job_has(desk):
    assert desk.adapter.search_jobs("zzyzx quux") == []


@scenario
def a_job_is_read_by_its_id(desk):
    job = desk.adapter.search_jobs("")[0]
    assert desk.adapter.job(job.id) == job


@scenario
def a_closed_job_is_not_offered_but_still_read(desk):
    job_id = desk.open_job()
    desk.sim.close_job(job_id)
    assert job_id not in [job.id for job in desk.adapter.search_jobs("")]
    job = desk.adapter.job(job_id)
    assert job is not None
    assert not job.is_open


@scenario
def a_removed_job_is_none(desk):
    job_id = desk.open_job()
    desk.sim.remove("job", job_id)
    assert desk.adapter.job(job_id) is None


@scenario
def an_unknown_job_is_none(desk):
    assert desk.adapter.job(desk.facts.unknown_id) is None


@scenario
def what_cannot_be_a_job_id_is_none(desk):
    for nonsense in ("7", "../candidates", "a b", "?limit=1", "ü"):
        assert desk.adapter.job(nonsense) is None


# -- Finding -----------------------------------------------------------------------


@scenario
def nobody_is_found_for_an_unknown_email(desk):
    assert desk.found("nobody@nowhere.example") == []


@scenario
def the_one_with_the_email_is_found_with_all_we_compare(desk):
    created = desk.create()
    (found,) = desk.found(FULL.email)
    assert found.id.casefold() == created.id.casefold()
    assert found.name == FULL.full_name
    assert found.complete
    profiles = [linkedin_key(url) for url in found.linkedin_urls]
    assert linkedin_key(FULL.linkedin_url) in profiles


@scenario
def another_case_of_the_email_finds_the_same_person(desk):
    created = desk.create()
    rows = desk.adapter.find(Key.EMAIL, FULL.email.upper())
    assert created.id.casefold() in [row.id.casefold() for row in rows]


@scenario
def an_email_that_only_looks_alike_is_not_that_person(desk):
    desk.create()
    for other in ("ana@mail.example", "dana@mail.example.com", "dana+x@mail.example"):
        assert desk.found(other) == []


@scenario
def a_plus_address_is_asked_as_it_is(desk):
    email = "dana+jobs&x=1@mail.example"
    desk.create(replace(FULL, email=email))
    assert len(desk.found(email)) == 1


@scenario
def several_with_one_name_all_come_back(desk):
    ids = [desk.create().id]
    desk.sim.set(**dict(desk.facts.without_rules))
    ids.append(desk.create(replace(FULL, email="other@mail.example")).id)
    found = {row.id.casefold() for row in desk.adapter.find(Key.NAME, FULL.full_name)}
    assert {one.casefold() for one in ids} <= found


@scenario
def several_with_one_email_all_come_back(desk):
    desk.sim.set(**dict(desk.facts.without_rules))
    ids = {desk.create().id, desk.create(replace(FULL, first_name="Dan")).id}
    assert {row.id for row in desk.found(FULL.email)} == ids


@scenario
def nobody_is_found_for_an_unknown_name(desk):
    rows = desk.adapter.find(Key.NAME, "Zebedee Quux")
    assert [row for row in rows if "Quux" in row.name] == []


@scenario
def a_question_the_vendor_cannot_answer_is_refused(desk):
    for key in set(Key) - set(desk.adapter.finds_by):
        with pytest.raises(Unsupported):
            desk.adapter.find(key, "x")


@scenario
def a_person_is_read_by_their_id(desk):
    created = desk.create()
    person = desk.adapter.person(created.id)
    assert person is not None
    assert (person.name, person.emails) == (FULL.full_name, (FULL.email,))
    assert person.url == created.url


@scenario
def a_person_that_was_deleted_is_none(desk):
    created = desk.create()
    desk.sim.remove("person", created.id)
    assert desk.adapter.person(created.id) is None
    assert desk.found(FULL.email) == []


@scenario
def what_cannot_be_a_person_id_is_none(desk):
    for nonsense in ("7", "../x", desk.facts.unknown_id):
        assert desk.adapter.person(nonsense) is None


# -- Creating ----------------------------------------------------------------------


@scenario
def everything_we_send_arrives(desk):
    created = desk.create()
    person = desk.person()
    assert desk.gates == 1
    assert person["id"].casefold() == created.id.casefold()
    assert person["name"] == FULL.full_name
    assert person["emails"] == [FULL.email]
    assert person["phones"] == [FULL.phone_e164]
    assert person["linkedin"] == FULL.linkedin_url
    assert "Denver" in person["location"]


@scenario
def a_name_alone_is_enough(desk):
    created = desk.create(BARE)
    person = desk.person()
    assert person["name"] == "Ada Lovelace"
    assert (person["emails"], person["phones"]) == ([], [])
    assert created.id


@scenario
def names_of_any_script_arrive_as_they_are(desk):
    record = replace(
        BARE, first_name="Łukasz 玛丽", last_name='O’Brien-Ñuñez & "Co" <b>'
    )
    desk.create(record)
    assert desk.person()["name"] == record.full_name


@scenario
def a_phone_nobody_can_read_does_not_lose_the_person(desk):
    desk.create(replace(BARE, phone="call the office, ext. 7"))
    assert desk.person()["name"] == "Ada Lovelace"


@scenario
def a_link_that_is_none_does_not_lose_the_person(desk):
    desk.create(replace(BARE, linkedin_url="not a link at all"))
    assert desk.person()["name"] == "Ada Lovelace"


@scenario
def the_link_leads_to_a_page(desk):
    """Where no page is known, none is made up: an administrator may enter a template."""
    created = desk.create()
    if not desk.facts.links:
        assert (created.url, desk.adapter.profile_url_template) == ("", "")
        return
    assert created.url.startswith(("http://", "https://"))
    assert created.url.startswith(desk.sim.url)


@scenario
def a_second_create_never_gives_an_id_that_is_not_there(desk):
    first = desk.create()
    second = outcome(desk.create)
    if isinstance(second, AtsError):
        assert isinstance(second, AlreadyThere | Rejected)
        told = getattr(second, "person_id", None)
        assert (told or first.id).casefold() == first.id.casefold()
        ids = {first.id}
    else:
        ids = {first.id, second.id}
    assert {person["id"] for person in desk.people()} == ids


@scenario
def a_create_makes_no_write_before_its_gate(desk):
    class Closed(Exception):
        pass

    def shut():
        raise Closed

    with pytest.raises(Closed), desk.adapter.http.writing(shut):
        desk.adapter.create(FULL)
    assert desk.people() == []


# -- The job -----------------------------------------------------------------------


@scenario
def a_person_is_put_on_a_job(desk):
    person_id, job_id = desk.create().id, desk.open_job()
    assert desk.adapter.is_on_job(person_id, job_id) is False
    desk.add(person_id, job_id)
    assert desk.gates == 1
    assert [job["id"] for job in desk.person()["jobs"]] == [job_id]
    assert desk.adapter.is_on_job(person_id, job_id) is True


@scenario
def a_person_goes_to_the_first_stage(desk):
    person_id, job_id = desk.create().id, desk.open_job()
    desk.add(person_id, job_id)
    (link,) = desk.person()["jobs"]
    assert link["stage"] in FIRST_STAGES


@scenario
def one_job_is_not_another(desk):
    person_id = desk.create().id
    first, second = [job.id for job in desk.adapter.search_jobs("")][:2]
    desk.add(person_id, first)
    assert desk.adapter.is_on_job(person_id, second) is False
    desk.add(person_id, second)
    assert len(desk.person()["jobs"]) == 2


@scenario
def one_person_is_not_another(desk):
    job_id = desk.open_job()
    first = desk.create().id
    second = desk.create(replace(BARE, email="ada@mail.example")).id
    desk.add(first, job_id)
    assert desk.adapter.is_on_job(second, job_id) is False


@scenario
def adding_twice_leaves_them_on_the_job_once(desk):
    person_id, job_id = desk.create().id, desk.open_job()
    desk.add(person_id, job_id)
    again = outcome(lambda: desk.add(person_id, job_id))
    assert again is None or isinstance(again, AlreadyThere)
    assert len(desk.person()["jobs"]) == 1


@scenario
def a_job_that_is_gone_is_named(desk):
    person_id, job_id = desk.create().id, desk.open_job()
    desk.sim.remove("job", job_id)
    assert desk.adapter.is_on_job(person_id, job_id) is False
    with pytest.raises(Gone) as caught:
        desk.add(person_id, job_id)
    assert caught.value.what == "job"


@scenario
def a_person_that_is_gone_is_named(desk):
    person_id, job_id = desk.create().id, desk.open_job()
    desk.sim.remove("person", person_id)
    with pytest.raises(Gone) as caught:
        desk.add(person_id, job_id)
    assert caught.value.what == "person"


# -- Resume and note ---------------------------------------------------------------


@resume_scenario
def a_resume_arrives_byte_for_byte(desk):
    person_id = desk.create().id
    assert desk.adapter.has_resume(person_id, "Dana.pdf") is False
    desk.attach(person_id)
    assert desk.gates == 1
    assert desk.eventually(lambda: desk.adapter.has_resume(person_id, "Dana.pdf"))
    assert desk.person()["resume"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert desk.adapter.has_resume(person_id, "Other.pdf") is False


@resume_scenario
def a_resume_name_of_any_script_is_recognised(desk):
    person_id, name = desk.create().id, "Łukasz 玛丽 résumé.pdf"
    desk.attach(person_id, name)
    assert desk.eventually(lambda: desk.adapter.has_resume(person_id, name))


@resume_scenario
def a_resume_of_a_megabyte_arrives(desk):
    person_id = desk.create().id
    pdf = PDF.replace(b"%%EOF", b"%" + b"x" * 1_000_000 + b"\n%%EOF")
    desk.attach(person_id, pdf=pdf)
    assert desk.eventually(lambda: desk.person()["resume"])
    assert desk.person()["resume"]["size"] == len(pdf)


@resume_scenario
def the_resume_of_one_is_not_anothers(desk):
    first = desk.create().id
    second = desk.create(BARE).id
    desk.attach(first)
    assert desk.eventually(lambda: desk.adapter.has_resume(first, "Dana.pdf"))
    assert desk.adapter.has_resume(second, "Dana.pdf") is False


@resume_scenario
def a_resume_for_somebody_who_is_gone_says_so(desk):
    person_id = desk.create().id
    desk.sim.remove("person", person_id)
    with pytest.raises(Gone) as caught:
        desk.attach(person_id)
    assert caught.value.what == "person"


@scenario
def a_note_is_added_once_and_found_again(desk):
    person_id = desk.create().id
    if not desk.adapter.sends_note:
        with pytest.raises(Unsupported):
            desk.adapter.has_note(person_id, "PS-1")
        return
    note = desk.adapter.note_for(FULL, "PS-1")
    assert desk.adapter.has_note(person_id, "PS-1") is False
    desk.write(lambda: desk.adapter.add_note(person_id, note))
    assert desk.gates == 1
    assert desk.adapter.has_note(person_id, "PS-1") is True
    assert desk.adapter.has_note(person_id, "PS-12") is False
    (kept,) = desk.person()["notes"]
    assert "Technician, Widgets" in kept


@scenario
def what_crosses_over_holds_no_key(desk):
    desk.create()
    arrived = repr(desk.sim.requests())
    assert [secret for secret in desk.secrets if secret in arrived] == []


# What the guides and the vendors' own words ask for; the rest is a matter of replies.
DEEDS = tuple(SCENARIOS)

# Those of them for which nobody has to be created.
WITHOUT_CREATING = (
    "a good key connects",
    "the same key is the same account every time",
    "checking and pinging change nothing",
    "a wrong key is refused",
    "a key with a character no header can hold is refused",
    "a key that is withdrawn is refused from then on",
    "a key without any right shows it",
    "a key that may only read does not write",
    "each missing right is the one shown",
    "only open jobs are offered with their titles",
    "a job is found by a part of its title",
    "nothing is found for words no job has",
    "a job is read by its id",
    "a closed job is not offered but still read",
    "a removed job is none",
    "an unknown job is none",
    "what cannot be a job id is none",
    "nobody is found for an unknown email",
    "nobody is found for an unknown name",
    "a question the vendor cannot answer is refused",
    "what cannot be a person id is none",
    "a create makes no write before its gate",
)

# A setting that makes a deed impossible, by the vendor's own doing.
BESIDE_THE_POINT: dict[tuple[str, Any], tuple[str, ...]] = {
    ("existing_email", "existing"): ("several with one email all come back",),
    ("existing_email", "invalid_input"): ("several with one email all come back",),
    ("second_application", "second_record"): (
        "adding twice leaves them on the job once",
    ),
    ("location", "left_out"): ("everything we send arrives",),
    # Nothing then tells who is on which job: the adapter says None, or a mistaken False.
    ("placement_search", "404"): (
        "a person is put on a job",
        "one job is not another",
        "one person is not another",
        "a job that is gone is named",
    ),
    # A candidate without an email is refused, in words.
    ("required", "email"): (
        "a name alone is enough",
        "names of any script arrive as they are",
        "a phone nobody can read does not lose the person",
        "a link that is none does not lose the person",
    ),
    # Nothing is answered at the address that was entered; the other one is named.
    ("redirect_to_https", True): DEEDS,
    ("longlist_shows", False): ("a person is put on a job",),
    # A sign-in that ends within the hour is shown as one that lacks a right.
    ("refresh_tokens", "never"): (
        "a good key connects",
        "each missing right is the one shown",
    ),
    # Nobody can be created: the vendor's words say which of its own fields is missing.
    ("mandatory_custom", True): tuple(set(DEEDS) - set(WITHOUT_CREATING)),
}

# -- The catalogue of replies ------------------------------------------------------

PAGE = "<!doctype html><title>Sorry</title><h1>Sorry</h1>"


def status(number, **headers):
    return "status", {"status": number, "html": PAGE, "headers": headers}


# name: the fault, and what it means on a write and on a read (None: not asked)
CATALOGUE = {
    "2xx without an id": (("no_id", {}), Unclear, Unexpected),
    "an id that is a number": (("wrong_id_type", {}), Unclear, Unexpected),
    "empty 200": (("empty_200", {}), Unclear, Unexpected),
    "a web page with 200": (("html_200", {}), Unclear, Unexpected),
    "half a body": (("half_body", {}), Unclear, Unexpected),
    "no answer, done": (("commit_then_drop", {}), Unclear, NotSent),
    "no answer, not done": (("drop_before", {}), Unclear, NotSent),
    "a body that unpacks huge": (("gzip_bomb", {}), Unclear, Unexpected),
    "302": (status(302, Location="/elsewhere"), Unclear, NotSent),
    "400": (status(400), Rejected, Rejected),
    "401": (status(401), BadCredentials, BadCredentials),
    "403 web page": (status(403), "forbidden", "forbidden"),
    "404 web page": (status(404), Rejected, Rejected),
    "409": (status(409), AlreadyThere, None),
    "413": (status(413), Rejected, Rejected),
    "422": (status(422), Rejected, Rejected),
    "429": (status(429, **{"Retry-After": "7"}), Throttled, Throttled),
    "429 with nonsense": (status(429, **{"Retry-After": "soon"}), Throttled, Throttled),
    "500": (status(500), Unclear, NotSent),
    "503": (status(503), Unclear, NotSent),
    "503 with a wait": (status(503, **{"Retry-After": "7"}), Unclear, Throttled),
}
# Replies that come from the vendor itself, after it has done what was asked.
DONE = ("2xx without an id", "an id that is a number", "half a body", "no answer, done")


def spoiled(desk, name, match):
    (fault, options), *_ = CATALOGUE[name]
    desk.sim.fault(fault, match, **options)


def raised(desk, expected):
    kind = desk.facts.forbidden if expected == "forbidden" else expected
    return pytest.raises(kind)


def raised_by_a_write(desk, expected):
    """A refused token is replaced, and the write left for later: it is not repeated."""
    replaced = expected is BadCredentials and desk.signs_in_by_token
    return pytest.raises(NotSent) if replaced else raised(desk, expected)


def goes_elsewhere(desk, write, name):
    """Return whether the vendor has another call for it, and this one was not there."""
    return name == "404 web page" and write in desk.facts.other_ways


def is_all_the_same(desk, write, name):
    """Return whether the write is carried out and understood all the same."""
    needs_no_id = " id" in name and write not in desk.facts.answers_with_id
    return needs_no_id or goes_elsewhere(desk, write, name)


def a_read_met_by(name, desk, match, ask):
    """A refused token is replaced and the read made once more; twice is too much."""
    _, _, expected = CATALOGUE[name]
    expected = desk.facts.on_read.get((match, name), expected)
    spoiled(desk, name, match)
    if expected is BadCredentials and desk.signs_in_by_token:
        ask()
        spoiled(desk, name, match)
        spoiled(desk, name, match)
    with raised(desk, expected) as caught:
        ask()
    has_no_secret(desk, caught.value)


def has_no_secret(desk, error: AtsError):
    assert error.sentence.endswith(".")
    assert desk.adapter.label in error.sentence
    shown = f"{error.sentence} {getattr(error, 'excerpt', '')} {error!r}"
    assert [secret for secret in desk.secrets if secret in shown] == []
    assert "<h1>" not in error.sentence
    if isinstance(error, Throttled):
        assert error.wait in (7, 60)


def a_create_met_by(name, desk):
    _, on_write, _ = CATALOGUE[name]
    spoiled(desk, name, desk.facts.create)
    with raised_by_a_write(desk, on_write) as caught:
        desk.create()
    has_no_secret(desk, caught.value)
    assert desk.gates == 1
    assert len(desk.people()) == (name in DONE)
    # The look-up tells the truth, so the engine knows whether to send again.
    assert len(desk.found(FULL.email)) == (name in DONE)
    if name not in DONE:
        desk.create()
        assert len(desk.people()) == 1


def an_addition_met_by(name, desk):
    _, on_write, _ = CATALOGUE[name]
    person_id, job_id = desk.create().id, desk.open_job()
    spoiled(desk, name, desk.facts.add)
    is_done = name in DONE or goes_elsewhere(desk, "add", name)
    if is_all_the_same(desk, "add", name):
        desk.add(person_id, job_id)
    else:
        with raised_by_a_write(desk, on_write) as caught:
            desk.add(person_id, job_id)
        has_no_secret(desk, caught.value)
    assert desk.gates == 1
    assert len(desk.person()["jobs"]) == is_done
    assert desk.adapter.is_on_job(person_id, job_id) is is_done


def a_resume_met_by(name, desk):
    _, on_write, _ = CATALOGUE[name]
    person_id = desk.create().id
    spoiled(desk, name, desk.facts.resume)
    if is_all_the_same(desk, "resume", name):
        desk.attach(person_id)
    else:
        with raised_by_a_write(desk, on_write) as caught:
            desk.attach(person_id)
        has_no_secret(desk, caught.value)
    assert desk.gates == 1
    if name in DONE or goes_elsewhere(desk, "resume", name):
        assert desk.eventually(lambda: desk.adapter.has_resume(person_id, "Dana.pdf"))
    else:
        assert desk.adapter.has_resume(person_id, "Dana.pdf") is False


def a_question_met_by(name, desk):
    created = desk.create()
    ask = partial(desk.adapter.find, Key.EMAIL, FULL.email)
    a_read_met_by(name, desk, desk.facts.find, ask)
    assert [row.id for row in desk.found(FULL.email)] == [created.id]


def a_job_search_met_by(name, desk):
    a_read_met_by(name, desk, desk.facts.jobs, partial(desk.adapter.search_jobs, ""))
    assert desk.adapter.search_jobs("")


def a_helper_write_met_by(name, desk):
    """What fails before the write that matters costs nothing."""
    person_id = desk.create(replace(BARE, sourced=False)).id
    if desk.facts.helper_signs_in:
        desk.connect_again()
    spoiled(desk, name, desk.facts.helper)
    act = {"resume": lambda: desk.attach(person_id), "create": desk.create}
    with pytest.raises((NotSent, Throttled)) as caught:
        act[desk.facts.helps]()
    has_no_secret(desk, caught.value)
    assert desk.gates == 0
    assert len(desk.people()) == 1
    act[desk.facts.helps]()
    assert desk.gates == 1


for _name, (_, _on_write, _on_read) in CATALOGUE.items():
    for _check in (a_create_met_by, an_addition_met_by, a_resume_met_by):
        _met = partial(_check, _name)
        _needs_one = _check is a_resume_met_by
        SCENARIOS[f"{_check.__name__.replace('_', ' ')} {_name}"] = (
            where_it_takes_one(_met) if _needs_one else _met
        )
    for _check in (a_question_met_by, a_job_search_met_by):
        if _on_read:
            SCENARIOS[f"{_check.__name__.replace('_', ' ')} {_name}"] = partial(
                _check, _name
            )
    if _on_write is Unclear and " id" not in _name:
        SCENARIOS[f"a helper write met by {_name}"] = partial(
            a_helper_write_met_by, _name
        )


@pytest.fixture
def desk(request, monkeypatch) -> Iterator[Desk]:
    with desk_of(request.param, monkeypatch) as desk:
        yield desk


# Tokens are kept by the clock of the database.
@pytest.mark.django_db
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("desk", vendors(), indirect=True)
def test_every_vendor_keeps_the_contract(desk, name):
    if name not in desk.facts.cannot:
        SCENARIOS[name](desk)
        return
    # Declared, not skipped: once it can, the declaration has to go.
    with pytest.raises((AssertionError, AtsError, Unsupported, pytest.fail.Exception)):
        SCENARIOS[name](desk)


def test_every_declared_exception_is_a_scenario_with_a_reason():
    for facts in FACTS.values():
        assert facts.cannot.keys() <= SCENARIOS.keys()
        assert all(facts.cannot.values())


# Switches without a list of choices: the values that a client must also bear.
ALSO_TRIED: Mapping[tuple[str, str], tuple[Any, ...]] = {
    ("jobadder", "clock_ahead_s"): (86_400, -86_400),
    ("jobadder", "api_address"): ("", "{origin}", "{origin}/v2"),
    ("jobadder", "instance"): ("", "Sandbox"),
    ("jobadder", "seed_people"): (300,),
    ("jobadder", "max_file_mb"): (2,),
    ("kortivity", "largest_page"): (5,),
    ("kortivity", "lock_after"): (0,),
}


def guesses() -> Iterator[tuple[str, str, Any]]:
    """Yield each way in which a vendor may differ from what its simulator does."""
    for (slug, name), values in ALSO_TRIED.items():
        yield from ((slug, name, value) for value in values)
    for slug, simulator in simulators().items():
        for name, setting in simulator.switches.items():
            others = set(setting.choices) - {setting.default}
            if isinstance(setting.default, bool):
                others = {not setting.default}
            yield from ((slug, name, other) for other in sorted(others, key=str))


@pytest.mark.django_db
@pytest.mark.parametrize(("slug", "switch", "value"), list(guesses()))
def test_the_contract_holds_however_the_vendor_really_is(
    slug, switch, value, monkeypatch
):
    broken = {}
    for name in DEEDS:
        if name in BESIDE_THE_POINT.get((switch, value), ()):
            continue
        if name in FACTS[slug].cannot:
            continue
        with monkeypatch.context() as patch:
            try:
                with different_desk_of(slug, (switch, value), patch) as desk:
                    SCENARIOS[name](desk)
            except (AssertionError, AtsError, pytest.fail.Exception) as error:
                broken[name] = repr(error)
    assert broken == {}


def test_the_contract_is_one_list_for_all(capsys):
    count = len(SCENARIOS) * len(vendors())
    with capsys.disabled():
        print(
            f"\nContract: {len(SCENARIOS)} scenarios x {len(vendors())} vendors = {count}"
        )
    assert count >= 200
