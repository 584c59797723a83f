"""The forms: built from what each vendor declares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from jobs.models import Job

from . import connections, job_picker
from .adapters import (
    Adapter,
    Choice,
    Screen,
    Secret,
    Text,
    Trigger,
    WrongCredential,
)
from .models import AtsConnection, Decision, Export, JobAtsMapping, vendor_choices

Data = Mapping[str, Any] | None


class CredentialsForm(forms.Form):
    """The credential fields that a vendor declares; secrets are never shown again.

    ``known`` is the credential to be replaced: the rest of it is shown.
    """

    def __init__(
        self, data: Data = None, *, adapter: type[Adapter], known: Data = None
    ) -> None:
        open_fields = {f.name for f in adapter.credentials_fields if not f.secret}
        super().__init__(
            data, initial={k: v for k, v in (known or {}).items() if k in open_fields}
        )
        self.adapter = adapter
        for field in adapter.credentials_fields:
            self.fields[field.name] = _credential_field(field)

    def clean(self) -> dict[str, Any]:
        """Let the vendor put right what people paste, once every field is there."""
        if not self.errors:
            try:
                self.cleaned_data.update(self.adapter.cleaned(self.credentials()))
            except WrongCredential as wrong:
                self.add_error(wrong.field, str(wrong))
        return self.cleaned_data

    def credentials(self) -> dict[str, str]:
        return {
            name: str(value).strip()
            for name, value in self.cleaned_data.items()
            if name != "account"
        }

    def ask_which_account(self, connection: AtsConnection) -> None:
        """Let somebody say whether it is the connection's account."""
        stops = connections.exports_to_stop(connection)
        cancelled = (
            f" {stops} waiting export{' is' if stops == 1 else 's are'} cancelled."
        )
        self.fields["account"] = forms.ChoiceField(
            label=f"Which {connection.label} account is it?",
            choices=[
                (
                    connections.SAME,
                    "The same one: those people were deleted or merged there. "
                    "Everything stays as it is.",
                ),
                (
                    connections.ANOTHER,
                    "Another one: this connection ends, with its settings and links."
                    + (cancelled if stops else ""),
                ),
            ],
            widget=forms.RadioSelect,
        )


def _credential_field(field: Text | Secret | Choice) -> forms.Field:
    if isinstance(field, Choice):
        return forms.ChoiceField(
            label=field.label, choices=field.choices, help_text=field.help
        )
    widget: forms.Widget
    if isinstance(field, Secret):
        widget = forms.PasswordInput(render_value=False, attrs=_NOT_REMEMBERED)
    else:
        widget = forms.TextInput(attrs=_NOT_REMEMBERED)
    return forms.CharField(
        label=field.label,
        max_length=2_000,
        widget=widget,
        help_text=field.help,
        initial=getattr(field, "default", ""),
        error_messages={"required": f"Enter the {field.label}."},
    )


_NOT_REMEMBERED = {"autocomplete": "off", "spellcheck": "false"}


class ProfileLinkForm(forms.ModelForm[AtsConnection]):
    """Where the badge leads, for vendors whose replies bring no link."""

    class Meta:
        model = AtsConnection
        fields = ["profile_url"]
        labels = {"profile_url": "Profile link"}
        widgets = {
            "profile_url": forms.TextInput(
                attrs={"placeholder": "https://…/{person_id}", "inputmode": "url"}
            )
        }

    def clean_profile_url(self) -> str:
        url = str(self.cleaned_data["profile_url"]).strip()
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError("The link must start with https://.")
        if url and "{person_id}" not in url:
            raise ValidationError("Put {person_id} where the person's id belongs.")
        return url


class JobPickForm(forms.Form):
    """An ATS job, picked by typing; without JavaScript by searching first.

    ``q`` is the text field, ``ats_job_id`` the choice and ``ats_job_name`` its words.
    ``picked`` says that the choice was made among radio buttons, whatever ``q`` holds.
    """

    ats_job_id = forms.CharField(required=False, max_length=200)
    ats_job_name = forms.CharField(required=False, max_length=300)
    q = forms.CharField(required=False, max_length=300)

    def __init__(
        self,
        data: Data = None,
        *,
        connection: AtsConnection,
        known: tuple[str, str] = ("", ""),
    ) -> None:
        """Take the connection and the (id, name) of a job that was checked before."""
        self.connection = connection
        self.adapter = connection.adapter_class
        self.known = known
        self.found: job_picker.Found | None = None
        id_, name = known
        super().__init__(
            data, initial={"ats_job_id": id_, "ats_job_name": name, "q": name}
        )

    @property
    def is_searching(self) -> bool:
        """Return whether the words typed are a question rather than a choice."""
        if "search" in self.data:
            return True
        typed = self._sent("q")
        return bool(
            typed and "picked" not in self.data and typed != self._sent("ats_job_name")
        )

    def search(self) -> None:
        """Fetch the jobs that match what was typed, to be shown as radio buttons."""
        self._errors = ErrorDict()  # nothing is submitted yet, so nothing is missing
        self.found = job_picker.search(self.connection, self._sent("q"))

    @property
    def job_id(self) -> str:
        """Return the present choice, of the submission or from before."""
        if not self.is_bound:
            return self.known[0]
        if "picked" not in self.data and not self._sent("q"):
            return ""  # the text field was emptied
        return self._sent("ats_job_id")

    @property
    def job_name(self) -> str:
        if not self.job_id:
            return ""
        if self.job_id == self.known[0]:
            return self.known[1]
        return self._sent("ats_job_name")

    @property
    def text(self) -> str:
        """Return what the text field shows."""
        return self._sent("q") if self.found else self.job_name

    def check_job(self) -> None:
        """Put the checked id and name into ``cleaned_data``, or an error beside it."""
        id_, name = self.job_id, self.job_name
        if not id_ and self.adapter.job_required:
            self.add_error("ats_job_id", f"Choose the {self.adapter.label} job.")
        if id_ and id_ != self.known[0]:
            try:
                name = job_picker.name_of(job_picker.chosen(self.connection, id_))
            except ValidationError as error:
                self.add_error("ats_job_id", error)
        self.cleaned_data.update(ats_job_id=id_, ats_job_name=name)

    def _sent(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()


class MappingForm(JobPickForm):
    """When the candidates of a job go to one ATS, and to which job there."""

    trigger = forms.ChoiceField(
        label="When to sync candidates",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when to sync candidates."},
    )

    def __init__(
        self, data: Data = None, *, job: Job, connection: AtsConnection
    ) -> None:
        self.job = job
        self.mapping = JobAtsMapping.objects.filter(
            job=job, connection=connection
        ).first()
        known = ("", "")
        if self.mapping:
            known = (self.mapping.ats_job_id, self.mapping.ats_job_name)
        super().__init__(data, connection=connection, known=known)
        self.prefix_id = f"ats-{connection.pk}"
        self.auto_id = f"{self.prefix_id}-%s"
        field = self.fields["trigger"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            (t.value, self.adapter.trigger_labels[t]) for t in self.adapter.triggers
        ]
        self.initial["trigger"] = self._trigger_now()
        if self.disables:  # the rest stays as it is stored
            field.required = False

    def _trigger_now(self) -> str:
        if self.mapping:
            return self.mapping.trigger
        return Trigger.NEVER if self.saves_by_itself else ""

    @property
    def saves_by_itself(self) -> bool:
        return self.adapter.settings_screen == Screen.POSITION_DETAILS

    @property
    def is_on(self) -> bool:
        return self.mapping is not None and self.mapping.is_active

    @property
    def counts_from(self) -> datetime | None:
        """Return the moment before which nothing that happened sends anybody."""
        if self.mapping is None or self.mapping.active_since is None:
            return None
        return max(self.mapping.active_since, self.connection.connected_at)

    @property
    def disables(self) -> bool:
        return not self.saves_by_itself and self.data.get("action") == "disable"

    @property
    def turns_off(self) -> bool:
        """Return whether saving would end an active setting."""
        off = self.disables or self.cleaned_data.get("trigger") == Trigger.NEVER
        return self.is_on and off

    def clean(self) -> dict[str, Any]:
        if self.disables:
            self.cleaned_data.update(
                trigger=self._trigger_now(),
                ats_job_id=self.known[0],
                ats_job_name=self.known[1],
            )
        else:
            self.check_job()
        self.cleaned_data["enabled"] = not self.disables
        return self.cleaned_data


class ExportForm(JobPickForm):
    """The job that one candidate is exported to."""

    def clean(self) -> dict[str, Any]:
        self.check_job()
        return self.cleaned_data


class ExportsFilterForm(forms.Form):
    """The filters of the Exports page: ATS, job, state."""

    ats = forms.ChoiceField(label="ATS", required=False)
    job = forms.ModelChoiceField(
        label="Job", queryset=Job.objects.none(), required=False, empty_label="Any job"
    )
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), *Export.State.choices],
    )

    def __init__(self, data: Data, *, jobs: Any) -> None:
        super().__init__(data, auto_id="filter-%s")
        ats = self.fields["ats"]
        assert isinstance(ats, forms.ChoiceField)  # noqa: S101
        ats.choices = [("", "Any ATS"), *vendor_choices()]
        job = self.fields["job"]
        assert isinstance(job, forms.ModelChoiceField)  # noqa: S101
        job.queryset = jobs


class DecisionForm(forms.Form):
    """The answer to an open question; ``person_id`` goes with “link” only."""

    choice = forms.ChoiceField(choices=Decision.Choice.choices)
    person_id = forms.CharField(required=False, max_length=200)

    def __init__(self, data: Data = None, *, decision: Decision) -> None:
        self.decision = decision
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        choice = self.cleaned_data.get("choice")
        if choice and choice not in self.decision.allowed:
            raise ValidationError("This choice is not offered here.")
        person_id = self.cleaned_data.get("person_id", "")
        if choice == Decision.Choice.LINK:
            if person_id not in self.decision.shown_ids():
                raise ValidationError("Choose one of the people shown.")
        else:
            self.cleaned_data["person_id"] = ""
        return self.cleaned_data
