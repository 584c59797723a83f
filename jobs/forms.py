"""The form of a job's details."""

from __future__ import annotations

from django import forms

from pinsync.forms import NamesItsFields

from .models import Job


class JobForm(NamesItsFields, forms.ModelForm[Job]):
    class Meta:
        model = Job
        fields = ["title", "client", "location", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
