"""What operators see in the administration, and what nobody does."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver, reverse

from integrations.derived import refresh_exports
from integrations.forms import ProfileLinkForm
from integrations.models import AtsConnection, Export, ExportStep
from tests.factories import UserFactory

MODELS = [
    model for model in admin.site._registry if model._meta.app_label == "integrations"
]


def _client(**fields) -> Client:
    client = Client()
    client.force_login(
        UserFactory(**fields), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def operator(db) -> Client:
    return _client(is_staff=True, is_superuser=True)


@pytest.fixture
def staff(db) -> Client:
    """A staff user who may see every model of ours, and nothing of RQ's."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label__in=["integrations", "django_rq"]
        )
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_opens(operator, export, dana, model):
    export(dana)
    name = model._meta.model_name
    response = operator.get(reverse(f"admin:integrations_{name}_changelist"))
    assert response.status_code == 200


def test_every_model_is_there():
    names = {model.__name__ for model in MODELS}
    assert {"AtsConnection", "Export", "ExportStep", "AtsPerson", "Decision"} <= names


def test_secrets_are_never_shown(operator, connection):
    AtsConnection.objects.update(token="sealed-token")
    page = reverse("admin:integrations_atsconnection_change", args=[connection.pk])
    html = operator.get(page).content.decode()
    assert "Acme" in html
    assert connection.credentials not in html
    assert "a-key" not in html
    assert 'name="credentials"' not in html
    assert "sealed-token" not in html


def test_only_the_profile_link_of_a_connection_changes(operator, connection):
    page = reverse("admin:integrations_atsconnection_change", args=[connection.pk])
    operator.post(
        page,
        {
            "profile_url": "https://a.example/{person_id}",
            "state": "disconnected",
            "permissions-TOTAL_FORMS": "0",
            "permissions-INITIAL_FORMS": "0",
        },
    )
    connection.refresh_from_db()
    assert connection.profile_url == "https://a.example/{person_id}"
    assert connection.state == AtsConnection.State.CONNECTED


def test_what_a_worker_stores_meanwhile_stays(operator, connection, monkeypatch):
    """A token that works once must not be put back to the one that is spent."""
    page = reverse("admin:integrations_atsconnection_change", args=[connection.pk])
    clean = ProfileLinkForm.clean_profile_url

    def while_a_token_is_renewed(form):
        AtsConnection.objects.update(token="new", token_version=7)
        return clean(form)

    monkeypatch.setattr(ProfileLinkForm, "clean_profile_url", while_a_token_is_renewed)
    forms = {"permissions-TOTAL_FORMS": "0", "permissions-INITIAL_FORMS": "0"}
    operator.post(page, {"profile_url": "https://a.example/{person_id}"} | forms)
    connection.refresh_from_db()
    assert connection.profile_url == "https://a.example/{person_id}"
    assert (connection.token, connection.token_version) == ("new", 7)
    html = operator.post(page, {"profile_url": "https://a.example/"} | forms)
    assert "Put {person_id} where" in html.content.decode()


def test_the_ledger_is_read_only(operator, export, dana):
    row = export(dana)
    page = reverse("admin:integrations_export_change", args=[row.pk])
    assert operator.get(page).status_code == 200
    assert operator.post(page, {"state": "sent"}).status_code == 403
    assert operator.get(reverse("admin:integrations_export_add")).status_code == 403
    delete = reverse("admin:integrations_export_delete", args=[row.pk])
    assert operator.get(delete).status_code == 403


def failed(export, dana):
    row = export(dana)
    ExportStep.objects.filter(kind="person").update(
        state=ExportStep.State.FAILED, error="No."
    )
    refresh_exports(row.connection_id, dana.pk)
    return row


def retry(client, row):
    client.post(
        reverse("admin:integrations_export_changelist"),
        {"action": "retry_failed", "_selected_action": [row.pk]},
    )
    row.refresh_from_db()
    return row


def test_failed_exports_can_be_retried(operator, export, dana):
    row = failed(export, dana)
    assert retry(operator, row).state == Export.State.WAITING


def test_retry_needs_the_right_to_change_exports(export, dana):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_export"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    row = failed(export, dana)
    assert retry(client, row).state == Export.State.FAILED


def test_a_mark_with_a_script_is_refused(operator):
    page = reverse("admin:integrations_vendorbadge_add")
    response = operator.post(
        page, {"vendor": "ashby", "svg": "<svg><script>x</script></svg>"}
    )
    assert "must not hold the element" in response.content.decode()


# --- RQ's pages ----------------------------------------------------------------------


def rq_pages() -> list[str]:
    """Return an address of every RQ page in the administration."""
    arguments = {
        "queue_index": 0,
        "scheduler_index": 0,
        "connection_index": 0,
        "job_id": "x",
        "result_id": "x",
        "key": "x",
        "scheduler_name": "x",
        "cron_job_name": "x",
        "token": "x",
        "object_id": "1",
    }
    namespace = get_resolver().namespace_dict["admin"][1]
    found = []
    for name in namespace.reverse_dict:
        if isinstance(name, str) and "django_rq" in name:
            for possibility in namespace.reverse_dict.getlist(name):
                names = possibility[0][0][1]
                found.append(
                    reverse(f"admin:{name}", kwargs={n: arguments[n] for n in names})
                )
    return found


def test_there_are_rq_pages_to_guard(db):
    assert len(rq_pages()) > 20


def test_staff_cannot_open_rqs_pages(staff):
    for page in rq_pages():
        assert staff.get(page).status_code in (302, 403), page
        assert staff.post(page).status_code in (302, 403), page
    assert "django_rq" not in staff.get(reverse("admin:index")).content.decode()


def test_strangers_cannot_open_rqs_pages(client, db):
    for page in rq_pages():
        assert client.get(page).status_code in (302, 403), page
