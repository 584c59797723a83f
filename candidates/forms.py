"""The form of a person, with their roles and schools."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from pinsync.forms import Form, NamesItsFields

from .csv_file import Unreadable, read, too_large
from .import_columns import layout_of
from .models import LADDER, Candidate, Education, Experience, OutreachEvent

ROWS = 50
FIRST_YEAR, LAST_YEAR = 1900, 2100


class CandidateForm(NamesItsFields, forms.ModelForm[Candidate]):
    marks_required = False

    class Meta:
        model = Candidate
        fields = [
            "first_name",
            "last_name",
            "email",
            "phone",
            "linkedin_url",
            "city",
            "state",
            "country",
            "headline",
            "summary",
            "current_title",
            "current_company",
            "skills",
        ]
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "skills": forms.Textarea(attrs={"rows": 2}),
            "summary": forms.Textarea(attrs={"rows": 4}),
        }

    def clean_linkedin_url(self) -> str:
        """Accept an address as people write it: without https:// in front."""
        address = str(self.cleaned_data["linkedin_url"]).strip()
        return f"https://{address}" if address and "://" not in address else address


class ExperienceForm(NamesItsFields, forms.ModelForm[Experience]):
    marks_required = False  # a row may stay blank

    class Meta:
        model = Experience
        fields = ["title", "company", "location", "start", "end", "description"]
        widgets = {
            "start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "description": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {"end": "Leave empty while they are still there."}

    def clean_start(self) -> date | None:
        return _plausible(self.cleaned_data["start"], "Start")

    def clean_end(self) -> date | None:
        end = _plausible(self.cleaned_data["end"], "End")
        start = self.cleaned_data.get("start")
        if start and end and end < start:
            raise forms.ValidationError("End is before start.")
        return end


def _plausible(moment: date | None, label: str) -> date | None:
    if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise forms.ValidationError(
            f"{label} must lie between {FIRST_YEAR} and {LAST_YEAR}."
        )
    return moment


def _year() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)


class EducationForm(NamesItsFields, forms.ModelForm[Education]):
    marks_required = False

    start_year = _year()
    end_year = _year()

    class Meta:
        model = Education
        fields = ["school", "degree", "field", "start_year", "end_year"]

    def clean_end_year(self) -> int | None:
        start = self.cleaned_data.get("start_year")
        end: int | None = self.cleaned_data["end_year"]
        if start and end and end < start:
            raise forms.ValidationError("End year is before start year.")
        return end


def _rows(model: Any, form: Any) -> Any:
    return forms.inlineformset_factory(
        Candidate, model, form=form, extra=1, max_num=ROWS, validate_max=True
    )


ExperienceRows = _rows(Experience, ExperienceForm)
EducationRows = _rows(Education, EducationForm)


class PersonForms:
    """The person's form and the rows that belong to it, checked and saved as one."""

    def __init__(self, data: Any = None, *, instance: Candidate) -> None:
        self.candidate = CandidateForm(data, instance=instance)
        self.experiences = ExperienceRows(data, instance=instance)
        self.education = EducationRows(data, instance=instance)

    def is_valid(self) -> bool:
        parts = (self.candidate, self.experiences, self.education)
        valid = [part.is_valid() for part in parts]  # all of them, to show every error
        return all(valid)

    def save(self) -> Candidate:
        """Save everything or nothing.

        The person last: what “contact information is found” sets off reads the rows.
        """
        with transaction.atomic():
            is_new = self.candidate.instance.pk is None
            candidate = self.candidate.save(commit=is_new)
            self.experiences.save()
            self.education.save()
            candidate.save()
        return candidate


class RecordForm(forms.Form):
    """A step of the outreach that a person marks by hand."""

    kind = forms.TypedChoiceField(
        choices=[(kind.value, kind.label) for kind in LADDER],
        coerce=OutreachEvent.Kind,
    )


class PickForm(forms.Form):
    """One row of ours, by its id; which ones may be picked, the view says."""

    pk = forms.IntegerField(min_value=1, max_value=2**63 - 1)

    @classmethod
    def pick(cls, value: str | None) -> int | None:
        form = cls({"pk": value})
        return form.cleaned_data["pk"] if form.is_valid() else None


class ImportForm(Form):
    """A CSV file that can be read and has names; its rows are checked later."""

    marks_required = False

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,  # said in our words
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def __init__(self, *args: Any, refused: int = 0, **kwargs: Any) -> None:
        """Take the size of a file that was too large to be let in."""
        super().__init__(*args, **kwargs)
        missing = too_large(refused) if refused else "Choose a CSV file first."
        self.fields["file"].error_messages["required"] = missing

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            layout_of(read(upload.read()).header)
        except Unreadable as error:
            raise forms.ValidationError(error.sentence) from error
        upload.seek(0)
        return upload
