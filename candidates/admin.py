"""People in the administration: archived, never deleted; outreach facts read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .models import (
    FACTS,
    Candidate,
    CandidateImport,
    Education,
    Experience,
    JobCandidate,
    OutreachEvent,
    ResumeDocument,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """Rows that only the product writes: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class ExperienceInline(admin.StackedInline[Experience, Candidate]):
    model = Experience
    extra = 0


class EducationInline(admin.TabularInline[Education, Candidate]):
    model = Education
    extra = 0


@admin.register(Candidate)
class CandidateAdmin(admin.ModelAdmin[Candidate]):
    list_display = ["full_name", "email", "current_company", "organization", "source"]
    list_filter = [
        "organization",
        "source",
        ("archived_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["organization"]
    search_fields = ["search"]
    autocomplete_fields = ["sourced_by"]
    readonly_fields = ["organization", "archived_at", "created_at", "updated_at"]
    inlines = [ExperienceInline, EducationInline]
    actions = ["archive", "restore"]
    show_full_result_count = False

    @admin.action(description="Archive the chosen candidates", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> None:
        queryset.filter(archived_at=None).update(archived_at=timezone.now())

    @admin.action(description="Bring back the chosen", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Candidate]) -> None:
        archived = queryset.filter(archived_at__isnull=False)
        for pk in archived.values_list("pk", flat=True):
            with transaction.atomic():  # as they are now, and not as they were listed
                candidate = Candidate.objects.select_for_update(no_key=True).get(pk=pk)
                candidate.archived_at = None
                candidate.save(update_fields=["archived_at"])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Candidate], search_term: str
    ) -> tuple[QuerySet[Candidate], bool]:
        # Folded like the pages' own search: “lukasz” finds “Łukasz”.
        found = Candidate.objects.matching(search_term).values("pk")
        return queryset.filter(pk__in=found) if search_term else queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a candidate belongs to an organization: add them on the pages

    def has_delete_permission(
        self, request: HttpRequest, obj: Candidate | None = None
    ) -> bool:
        return False


@admin.register(JobCandidate)
class JobCandidateAdmin(ReadOnly):
    """The outreach facts change only through ``record()``, so not here."""

    list_display = ["candidate", "job", "outreach_state", "created_at"]
    list_filter = [
        "job__organization",
        ("added_to_outreach_at", admin.EmptyFieldListFilter),
        ("contact_found_at", admin.EmptyFieldListFilter),
        ("replied_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["candidate", "job"]
    search_fields = ["candidate__search", "job__title"]
    fields = ["candidate", "job", *FACTS.values(), "created_at"]


@admin.register(OutreachEvent)
class OutreachEventAdmin(ReadOnly):
    list_display = ["kind", "job_candidate", "occurred_at", "recorded_at", "implied"]
    list_filter = ["kind", "implied", "job_candidate__job__organization"]
    list_select_related = ["job_candidate__candidate", "job_candidate__job"]
    search_fields = ["job_candidate__candidate__search", "job_candidate__job__title"]
    date_hierarchy = "recorded_at"


@admin.register(ResumeDocument)
class ResumeDocumentAdmin(ReadOnly):
    """The documents without their bytes: those are on the candidate's page."""

    list_display = ["file_name", "candidate", "state", "pages", "tries", "created_at"]
    list_filter = ["state", "template_version", "candidate__organization"]
    list_select_related = ["candidate"]
    search_fields = ["file_name", "candidate__search"]
    fields = [
        "candidate",
        "state",
        "file_name",
        "pages",
        "notes",
        "error",
        "tries",
        "not_before",
        "digest",
        "template_version",
        "created_at",
        "rendered_at",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("pdf")


@admin.register(CandidateImport)
class CandidateImportAdmin(ReadOnly):
    """Who imported how many people to which job; the file itself is nobody's here."""

    list_display = ["file_name", "job", "user", "created_at", "finished_at", "added"]
    list_filter = ["organization", ("finished_at", admin.EmptyFieldListFilter)]
    list_select_related = ["job", "user"]
    search_fields = ["file_name", "job__title", "user__email"]
    date_hierarchy = "created_at"
    fields = [
        "organization",
        "job",
        "user",
        "file_name",
        "created_at",
        "finished_at",
        "added",
        "known",
        "were_on_job",
        "linked",
        "left_out",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("data")
