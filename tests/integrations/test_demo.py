"""The demo loads people and settings, whole or not at all, and exports nothing itself."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from candidates.models import Candidate, JobCandidate
from integrations import demo
from integrations.adapters import Key, Screen, vendors
from integrations.http import open_adapter
from integrations.models import (
    AtsConnection,
    AtsPerson,
    Export,
    ExportAttempt,
    JobAtsMapping,
)
from jobs.models import Job
from pinsync.accounts.demo import DEMO_PEOPLE, NO_DEMO
from pinsync.accounts.models import Membership, Organization, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def simulated(
    settings, ashby_sim, crelate_sim, jobadder_sim, kortivity_sim, trackerrms_sim
):
    """Tell the demo, as the launcher does, that all vendors are simulated here."""
    simulators = {
        "ashby": ashby_sim,
        "crelate": crelate_sim,
        "jobadder": jobadder_sim,
        "kortivity": kortivity_sim,
        "trackerrms": trackerrms_sim,
    }
    settings.SIMULATED_ATS = {slug: sim.url for slug, sim in simulators.items()}
    return simulators


@pytest.fixture
def loaded(simulated):
    assert demo.load()
    return Organization.objects.get(slug="acme")


def test_everybody_can_sign_in(loaded):
    for person in DEMO_PEOPLE:
        user = User.objects.get(email=person.email)
        assert user.is_active
        assert user.check_password(person.password)
        validate_password(person.password, user)


def test_the_cast_has_its_parts(loaded):
    parts = {
        (m.user.name, m.organization.name): m.role for m in Membership.objects.all()
    }

    assert parts == {
        ("Alice Moore", "Acme Recruiting"): "admin",
        ("Bob Reyes", "Acme Recruiting"): "recruiter",
        ("Charlie Stone", "Globex Talent"): "admin",
        ("Alice Moore", "Globex Talent"): "recruiter",
    }
    assert User.objects.get(is_superuser=True).email == "admin@pinsync.example"


def test_all_simulated_atss_are_connected_as_through_the_page(loaded, simulated):
    connections = AtsConnection.objects.of(loaded)

    assert {c.vendor for c in connections} == vendors().keys() == simulated.keys()
    for connection in connections:
        assert connection.is_connected
        assert connection.last_proven_at
        states = set(connection.permissions.values_list("state", flat=True))
        assert states <= {"proven", "unprovable"}
    assert not AtsConnection.objects.exclude(organization=loaded).exists()


def test_some_jobs_are_set_up_on_both_kinds_of_screen_and_most_are_not(loaded):
    mappings = JobAtsMapping.objects.all()

    assert {m.screen for m in mappings} == {s.value for s in Screen}
    assert all(m.is_active for m in mappings)
    assert 2 <= len({m.job_id for m in mappings}) <= 4
    assert Job.objects.of(loaded).count() >= 8
    for mapping in mappings:
        same = mapping.ats_job_name.startswith(mapping.job.title)
        assert same if mapping.ats_job_id else not mapping.ats_job_name
    assert {m.connection.vendor for m in mappings} == vendors().keys()


def test_the_outreach_has_made_exports_and_nobody_is_in_an_ats_yet(loaded, simulated):
    before = {slug: len(sim.truth()["people"]) for slug, sim in simulated.items()}

    assert Export.objects.filter(origin="trigger").count() >= 8
    assert not AtsPerson.objects.exists()
    assert not ExportAttempt.objects.exists()
    assert before == {s: len(x.truth()["people"]) for s, x in simulated.items()}


def test_there_is_somebody_for_each_story(loaded, simulated):
    people = Candidate.objects.of(loaded)
    assert people.count() == 40
    priya = people.get(email="priya.natarajan@example.com")
    marcus = people.get(email="marcus.webb@example.org")
    assert str(priya) == "Priya Natarajan"
    assert marcus.current_company == "Northwind Robotics"
    assert people.filter(email="", linkedin_url="").exclude(phone="").exists()
    assert JobCandidate.objects.in_outreach().filter(
        candidate__email="", candidate__phone=""
    )
    for story, slug in ((priya, "ashby"), (marcus, "crelate")):
        assert Export.objects.filter(candidate=story, connection__vendor=slug).exists()
    assert in_ats("ashby", Key.EMAIL, priya.email)
    assert in_ats("crelate", Key.NAME, "Marcus Webb")
    assert not in_ats("crelate", Key.EMAIL, marcus.email)


def in_ats(slug: str, key: Key, value: str) -> list[str]:
    connection = AtsConnection.objects.get(vendor=slug)
    adapter = open_adapter(slug, connection.get_credentials())
    found = adapter.find(key, value)
    return [row.name for row in found if value in (row.name, *row.emails)]


def test_names_come_in_many_scripts_and_addresses_belong_to_nobody(loaded):
    people = list(Candidate.objects.all())
    letters = "".join(str(person) for person in people)

    for letter in "ŁΣШ健민明نנเअ":
        assert letter in letters
    for person in people:
        assert not person.email or person.email.endswith(
            ("@example.com", "@example.org")
        )
        assert not person.phone or person.phone[5:10] == "55501"
        assert person.experiences.count() == 2
        assert person.education.count() == 1


def test_phones_and_addresses_are_each_ones_own(loaded):
    for field in ("email", "phone", "linkedin_url"):
        values = [v for v in Candidate.objects.values_list(field, flat=True) if v]
        assert len(values) == len(set(values))


def test_loading_again_changes_nothing(loaded):
    counts = Candidate.objects.count(), Export.objects.count(), User.objects.count()

    out = StringIO()
    call_command("seed_demo", stdout=out)

    assert "there already" in out.getvalue()
    assert counts == (
        Candidate.objects.count(),
        Export.objects.count(),
        User.objects.count(),
    )


def test_a_database_with_people_of_its_own_is_left_alone(simulated, bob):
    with pytest.raises(CommandError, match="people of its own") as caught:
        call_command("seed_demo")

    assert caught.value.returncode == NO_DEMO
    assert User.objects.count() == 1


def test_nothing_is_loaded_where_a_simulator_does_not_answer(simulated):
    simulated["ashby"].stop()

    with pytest.raises(CommandError, match="The demo was not loaded"):
        call_command("seed_demo")

    assert not Organization.objects.exists()


def test_without_simulators_the_demo_has_no_connections(settings):
    settings.SIMULATED_ATS = {}

    assert demo.load()

    assert not AtsConnection.objects.exists()
    assert Candidate.objects.exists()


def test_every_form_to_connect_can_be_filled_in(simulated):
    for slug, sim in simulated.items():
        values = demo.demo_credentials(slug, sim.url)

        assert values.keys() == {f.name for f in vendors()[slug].credentials_fields}
        assert all(values.values())
