"""What people put in, over the whole path: bad names, nothing to go by, twenty clicks."""

from __future__ import annotations

import io
import json
import threading

import pypdf
import pytest
from django.db import connections as databases
from django.test import Client

from candidates.models import ResumeDocument
from integrations.models import AtsPerson, Export

from .scene import only_ashby

pytestmark = pytest.mark.django_db(transaction=True)


# --- What people put in -----------------------------------------------------------


def test_without_email_and_linkedin_somebody_arrives_and_the_page_warns(scene):
    candidate = scene.dana(email="", linkedin_url="", phone="")
    warning = "Duplicates cannot be checked." in scene.read(scene.button(candidate))
    assert warning is not scene.asks_by_name
    sent = scene.press(candidate)
    scene.work()
    assert scene.person()["name"] == "Dana Example"
    assert scene.state(sent) == Export.State.SENT


@only_ashby
def test_a_name_of_ten_thousand_characters_is_an_error_beside_the_field(scene):
    form = {
        "first_name": "x" * 10_000,
        "last_name": "Example",
        "experiences-TOTAL_FORMS": "0",
        "experiences-INITIAL_FORMS": "0",
        "education-TOTAL_FORMS": "0",
        "education-INITIAL_FORMS": "0",
    }
    reply = scene.bob.post("/candidates/new/", form)
    page = " ".join(reply.content.decode().split())
    assert reply.status_code == 422
    assert "First name is 10,000 characters long; at most 150 fit." in page


def test_the_longest_name_there_can_be_arrives_whole(scene):
    first, last = "Ж" * 150, "ß" * 150
    candidate = scene.dana(first_name=first, last_name=last)
    sent = scene.press(candidate)
    scene.work()
    # Where the vendor's own fields are shorter, it stands whole beside them.
    assert f"{first} {last}" in json.dumps(scene.sim.truth(), ensure_ascii=False)
    assert len(scene.person()["files"]) == len(scene.resumes())
    assert scene.state(sent) == Export.State.SENT


MARKUP = '<b onclick="x">Dana</b> {{ 7|add:7 }}'
SYNTAX = "{% now 'Y' %}' OR 1=1 --"


def test_markup_and_template_syntax_arrive_literally_and_run_nowhere(scene):
    candidate = scene.dana(first_name=MARKUP, last_name=SYNTAX)
    scene.press(candidate)
    scene.work()
    assert scene.person()["name"] == f"{MARKUP} {SYNTAX}"
    page = scene.page(candidate) + scene.read("/exports/")
    assert "<b onclick" not in page
    assert "&lt;b onclick=&quot;x&quot;&gt;Dana&lt;/b&gt; {{ 7|add:7 }}" in page
    assert "Dana</b> 14" not in page
    preview = scene.bob.get(f"/candidates/{candidate.pk}/?tab=resume")
    assert "&lt;b onclick=" in preview.content.decode()


@only_ashby
def test_markup_in_a_name_is_printed_in_the_resume(scene):
    candidate = scene.dana(first_name="<b>Dana</b> {{ 7|add:7 }}")
    scene.press(candidate)
    scene.work()
    document = ResumeDocument.objects.get(candidate=candidate)
    reader = pypdf.PdfReader(io.BytesIO(bytes(document.pdf or b"")))
    text = " ".join(reader.pages[0].extract_text().split())
    assert "<b>Dana</b> {{ 7|add:7 }}" in text


# --- At the same time -------------------------------------------------------------


def at_once(actions):
    """Run the actions in threads that start together; return what they return."""
    gate, results = threading.Barrier(len(actions)), []

    def run(action):
        gate.wait(30)
        try:
            results.append(action())
        finally:
            databases.close_all()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_twenty_clicks_at_once_make_one_export_and_one_person(scene, bob):
    candidate, url, choice = scene.dana(), None, scene.choice()
    url = scene.button(candidate)

    def clicking():
        client = Client()
        client.force_login(bob)
        return lambda: client.post(url, choice).status_code

    replies = at_once([clicking() for _ in range(20)])
    assert replies == [302] * 20
    scene.work()
    assert Export.objects.count() == 1
    assert scene.jobs_of(scene.person()) == [scene.jobs[0]]
    assert scene.sim.count(scene.facts.create) == 1


def test_two_rows_of_one_human_exported_at_once_make_one_person(scene):
    rows = [scene.dana(), scene.dana(email="DANA@example.com")]
    for row in rows:
        scene.press(row)
    scene.work()
    person = scene.person()
    assert set(AtsPerson.objects.values_list("person_id", flat=True)) == {person["id"]}
    assert scene.jobs_of(person) == [scene.jobs[0]]
    assert len(person["files"]) == len(scene.resumes())
    words = {scene.badge(row).words for row in rows}
    assert words == {f"In {scene.label}", f"Already in {scene.label}"}
