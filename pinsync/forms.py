"""What all forms share: sentences that name the field, and nothing cut off in silence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.text import capfirst

_INVALID: dict[type[forms.Field], str] = {
    forms.EmailField: "{label} must look like name@example.com.",
    forms.IntegerField: "{label} must be a whole number.",
    forms.DateField: "{label} must be a date.",
}
_UNKNOWN_CHOICE = "{label}: that choice is not offered any more. Choose another."


class _Fits:
    """Refuse text that is too long, with its length, the limit and the field's name."""

    def __init__(self, label: str, limit: int) -> None:
        self.label = label
        self.limit = limit

    def __call__(self, value: str) -> None:
        if len(value) > self.limit:
            raise ValidationError(
                f"{self.label} is {len(value):,} characters long; "
                f"at most {self.limit:,} fit.",
                code="too_long",
            )


class NamesItsFields(forms.BaseForm):
    """Mix into a form: every error says which field it is about.

    Browsers cut pasted text at ``maxlength`` without a word, so that goes: the server
    says what is too long.
    """

    marks_required = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _say_clearly(field, _label(name, field))


def _label(name: str, field: forms.Field) -> str:
    return capfirst(str(field.label or name.replace("_", " ")))


def _say_clearly(field: forms.Field, label: str) -> None:
    field.error_messages["required"] = f"{label} is missing."
    field.error_messages["min_value"] = f"{label} must be at least %(limit_value)s."
    field.error_messages["max_value"] = f"{label} must be at most %(limit_value)s."
    field.error_messages["invalid_choice"] = _UNKNOWN_CHOICE.format(label=label)
    for kind, sentence in _INVALID.items():
        if isinstance(field, kind):
            field.error_messages["invalid"] = sentence.format(label=label)
    field.widget.attrs.pop("maxlength", None)
    field.validators = [_named(validator, label) for validator in field.validators]


def _named(validator: Any, label: str) -> Any:
    if isinstance(validator, MaxLengthValidator):
        limit = validator.limit_value
        return _Fits(label, limit() if callable(limit) else limit)
    if isinstance(validator, ProhibitNullCharactersValidator):
        return ProhibitNullCharactersValidator(
            message=f"{label} holds a character that no text has (NUL). Remove it."
        )
    return validator


class Form(NamesItsFields, forms.Form):
    """A form of ours."""


class SearchForm(forms.Form):
    """The text that a list is narrowed by; anything is allowed, only so much is read."""

    q = forms.CharField(required=False)

    @classmethod
    def text(cls, data: Any) -> str:
        form = cls(data)
        return form.cleaned_data["q"][:200] if form.is_valid() else ""
