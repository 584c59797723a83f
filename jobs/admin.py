"""Jobs in the administration: archived, never deleted."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin[Job]):
    list_display = ["title", "client", "location", "organization", "archived_at"]
    list_filter = ["organization", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["title", "client", "location"]
    date_hierarchy = "created_at"
    readonly_fields = [
        "organization",
        "created_by",
        "archived_at",
        "created_at",
        "updated_at",
    ]
    actions = ["archive", "restore"]

    @admin.action(description="Archive the chosen jobs", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        queryset.filter(archived_at=None).update(archived_at=timezone.now())

    @admin.action(description="Bring back the chosen jobs", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset.filter(archived_at__isnull=False):
            job.archived_at = None
            with transaction.atomic():  # what listens fails together with it
                job.save(update_fields=["archived_at", "updated_at"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a job belongs to an organization: add it on the pages

    def has_delete_permission(
        self, request: HttpRequest, obj: Job | None = None
    ) -> bool:
        return False
