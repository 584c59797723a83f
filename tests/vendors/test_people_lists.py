"""Everybody of an ATS, read into the directory from its simulator over the wire."""

from __future__ import annotations

import pytest
from django.db.models import F

from integrations import connections, consent, demo, directory
from integrations.adapters import Key, adapter_class
from integrations.models import AtsConnection, AtsDirectoryEntry, AtsDirectoryPull
from integrations.records import PersonRecord
from pinsync import clock, waking
from tests.factories import CandidateFactory

pytestmark = pytest.mark.django_db

CROWD = 450
# JobAdder's pages are larger, and it names those who were deleted.
two = pytest.mark.parametrize("slug", ["ashby", "crelate"])


@pytest.fixture(params=["ashby", "crelate", "jobadder"])
def slug(request) -> str:
    return request.param


@pytest.fixture
def sim(slug, request, monkeypatch):
    monkeypatch.setattr(waking, "wake_now", lambda *args, **kwargs: None)
    running = request.getfixturevalue(f"{slug}_sim")
    running.set(seed_people=CROWD)
    return running


def connect(organization, slug, running, by) -> AtsConnection:
    """Connect a simulated ATS, of whichever sign-in."""
    elsewhere = consent.signs_in_elsewhere(adapter_class(slug))
    return connections.connect(
        organization=organization,
        vendor=slug,
        credentials=demo.demo_credentials(slug, running.url),
        token=demo.demo_consent(slug, organization) if elsewhere else None,
        by=by,
    )


@pytest.fixture
def connection(slug, sim, acme, alice) -> AtsConnection:
    return connect(acme, slug, sim, alice)


@pytest.fixture
def create(connection):
    """Let somebody come to the ATS, as any of its users would bring them."""

    def create(first: str) -> str:
        who = CandidateFactory(organization=connection.organization, first_name=first)
        with (
            connections.opened(connection) as adapter,
            adapter.http.writing(lambda: None),  # type: ignore[attr-defined]
        ):
            return adapter.create(PersonRecord.of(who)).id

    return create


def pull(connection, seconds: float = 0) -> AtsDirectoryPull:
    """Read to the end, after so much (scaled) time."""
    rows = AtsDirectoryPull.objects.filter(connection=connection)
    rows.exclude(full_at=None).update(full_at=F("full_at") - clock.period(seconds))
    directory.pull(connection)
    row = rows.get()
    assert (row.trouble, row.began_at) == ("", None)
    return row


def there(connection) -> set[str]:
    rows = AtsDirectoryEntry.objects.filter(connection=connection)
    return set(rows.values_list("person_id", flat=True))


def test_everybody_is_read_once(sim, connection):
    row = pull(connection)
    seeded = {person["id"] for person in sim.truth()["seeded"]}
    assert len(there(connection)) == CROWD + len(seeded)
    assert seeded <= there(connection)
    assert row.people == len(there(connection))


def test_of_the_crowd_everybody_can_be_read_alone(sim, connection):
    pull(connection)
    seeded = [person["id"] for person in sim.truth()["seeded"]]
    entry = AtsDirectoryEntry.objects.exclude(person_id__in=seeded).exclude(email="")[0]
    with connections.opened(connection) as adapter:
        person = adapter.person(entry.person_id)
        assert person.name == entry.name
        assert person.id in [p.id for p in adapter.find(Key.EMAIL, entry.email)]


def test_later_only_changes_are_read(sim, connection, create):
    pull(connection)
    newcomer = create("Newcomer")
    before = sim.truth()
    row = pull(connection)
    assert not row.is_full
    assert newcomer in there(connection)
    assert row.read < CROWD
    assert sim.truth() == before


@two
def test_who_was_deleted_is_gone_after_the_daily_reading_of_everybody(
    sim, connection, create
):
    leaver = create("Leaver")
    pull(connection)
    sim.remove("person", leaver)
    pull(connection)
    assert leaver in there(connection)  # neither vendor tells who was deleted
    row = pull(connection, directory.EVERYBODY_EVERY + 1)
    assert row.is_full
    assert leaver not in there(connection)
    assert len(there(connection)) == row.people


@two
def test_a_pull_goes_on_where_it_was_interrupted(slug, sim, connection):
    sim.fault("status", _list_of(slug), status=503, skip=2)
    directory.pull(connection)
    row = AtsDirectoryPull.objects.get()
    assert 0 < row.read < CROWD
    assert row.trouble
    read = row.read
    row = pull(connection)
    assert row.read >= row.people >= CROWD
    assert read < row.read


def _list_of(slug: str) -> str:
    return {"ashby": "candidate.list", "crelate": "GET /api3/contacts$"}[slug]


@pytest.mark.parametrize("slug", ["ashby"])
@pytest.mark.parametrize("code", ["sync_token_expired", "incremental_sync_too_large"])
def test_a_sync_token_that_is_not_taken_any_more_starts_over(
    sim, connection, create, code
):
    pull(connection)
    newcomer = create("Newcomer")
    sim.set(sync_token=code)
    row = pull(connection)
    assert row.is_full
    assert newcomer in there(connection)
    assert len(there(connection)) == row.people


@pytest.mark.parametrize("slug", ["ashby"])
def test_a_list_without_sync_tokens_is_read_whole_each_time(sim, connection):
    sim.set(sync_token_given=False)
    assert pull(connection).cursor == ""
    assert pull(connection).is_full


@pytest.mark.parametrize("slug", ["crelate"])
def test_an_ignored_filter_is_noticed_and_everybody_read_once_a_day(
    sim, connection, create
):
    sim.set(modified_after="ignored")
    pull(connection)
    row = pull(connection)
    assert row.cursor == ""
    newcomer = create("Newcomer")
    assert pull(connection).is_full
    assert newcomer in there(connection)


@pytest.mark.parametrize("slug", ["crelate"])
def test_a_list_that_tells_no_total_is_read_to_its_end(sim, connection):
    sim.set(total_records=False)
    assert pull(connection).people >= CROWD


@pytest.mark.parametrize("slug", ["jobadder"])
def test_who_was_deleted_is_gone_at_once_where_the_vendor_tells(
    sim, connection, create
):
    leaver = create("Leaver")
    pull(connection)
    sim.remove("person", leaver)
    assert not pull(connection).is_full
    assert leaver not in there(connection)
