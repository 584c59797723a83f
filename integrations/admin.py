"""The operators' view: read-mostly, and secrets are never shown."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import django_rq.admin
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_rq.models import Dashboard
from redis.exceptions import RedisError

from pinsync import clock, waking
from pinsync.accounts.models import User

from . import decisions
from .forms import ProfileLinkForm
from .models import (
    AtsConnection,
    AtsDirectoryEntry,
    AtsDirectoryKey,
    AtsDirectoryPull,
    AtsPerson,
    ConnectionMail,
    ConnectionPermission,
    Decision,
    DuplicateCheck,
    Duty,
    Export,
    ExportAttempt,
    ExportStep,
    IdentityClaim,
    JobAtsMapping,
    LaterLook,
    VendorBadge,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern


class ReadOnly:
    """Nothing is added, changed or deleted here: the ledger's own rules do that."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PermissionInline(ReadOnly, admin.TabularInline[Any, Any]):
    model = ConnectionPermission
    fields = ["code", "state", "checked_at"]
    extra = 0


@admin.register(AtsConnection)
class AtsConnectionAdmin(admin.ModelAdmin[Any]):
    list_display = [
        "organization",
        "vendor",
        "state",
        "account_name",
        "last_proven_at",
        "paused_until",
        "trouble",
    ]
    list_filter = ["vendor", "state", "organization"]
    search_fields = ["organization__name", "account_name"]
    list_select_related = ["organization"]
    date_hierarchy = "connected_at"
    form = ProfileLinkForm
    exclude = ["credentials", "token"]
    inlines = [PermissionInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: AtsConnection | None = None
    ) -> list[str]:
        """Leave only the profile link open to change."""
        hidden = {"id", "credentials", "token", "profile_url"}
        names = [field.name for field in AtsConnection._meta.fields]
        return [name for name in names if name not in hidden]

    def save_model(
        self, request: HttpRequest, obj: AtsConnection, form: Any, change: bool
    ) -> None:
        """Save the link alone: workers change the rest of the row meanwhile."""
        obj.save(update_fields=["profile_url", "updated_at"])


@admin.register(JobAtsMapping)
class JobAtsMappingAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "job",
        "connection",
        "trigger",
        "ats_job_name",
        "enabled",
        "active_since",
        "changed_by",
    ]
    list_filter = ["connection__vendor", "trigger", "enabled"]
    search_fields = ["job__title", "ats_job_name", "ats_job_id"]
    list_select_related = ["job", "connection__organization", "changed_by"]


class StepInline(ReadOnly, admin.TabularInline[Any, Any]):
    model = ExportStep
    fk_name = "export"
    fields = ["kind", "state", "attempt", "tries", "not_before", "error", "done_at"]
    extra = 0
    show_change_link = True


@admin.register(Export)
class ExportAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "candidate",
        "connection",
        "ats_job_name",
        "state",
        "origin",
        "requested_at",
        "in_ats_at",
    ]
    list_filter = ["state", "connection__vendor", "origin", "organization"]
    search_fields = [
        "candidate__search",
        "candidate__email",
        "ats_job_name",
        "ats_job_id",
    ]
    list_select_related = ["candidate", "connection__organization"]
    date_hierarchy = "requested_at"
    inlines = [StepInline]
    actions = ["retry_failed"]

    @admin.action(description="Retry the failed ones", permissions=["retry"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[Export]) -> None:
        """Open failed exports of live connections again."""
        failed = queryset.filter(state=Export.State.FAILED).exclude(
            connection__state=AtsConnection.State.DISCONNECTED
        )
        count = 0
        for export in failed:
            decisions.retry(
                export, by=request.user if isinstance(request.user, User) else None
            )
            count += 1
        self.message_user(
            request, f"{count} failed exports are tried again.", messages.SUCCESS
        )

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Ask for the right to change exports, although no form changes them here."""
        user = request.user
        return isinstance(user, User) and user.has_perm("integrations.change_export")


class AttemptInline(ReadOnly, admin.TabularInline[Any, Any]):
    model = ExportAttempt
    fields = ["number", "intent_at", "ended_at", "outcome", "error", "person_id"]
    extra = 0


class DecisionInline(ReadOnly, admin.TabularInline[Any, Any]):
    model = Decision
    fields = ["question", "asked_at", "choice", "person_id", "decided_by", "decided_at"]
    extra = 0


@admin.register(ExportStep)
class ExportStepAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "candidate",
        "connection",
        "kind",
        "state",
        "attempt",
        "tries",
        "not_before",
        "error_kind",
        "updated_at",
    ]
    list_filter = ["state", "kind", "error_kind", "ever_unclear", "connection__vendor"]
    search_fields = ["candidate__search", "candidate__email", "ats_job_id"]
    list_select_related = ["candidate", "connection__organization"]
    inlines = [AttemptInline, DecisionInline]


@admin.register(AtsPerson)
class AtsPersonAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "candidate",
        "connection",
        "person_id",
        "known_by",
        "reason",
        "known_at",
    ]
    list_filter = ["known_by", "connection__vendor"]
    search_fields = ["candidate__search", "candidate__email", "person_id"]
    list_select_related = ["candidate", "connection__organization"]


@admin.register(IdentityClaim)
class IdentityClaimAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["key", "value", "connection", "step", "person", "created_at"]
    list_filter = ["key", "connection__vendor"]
    search_fields = ["value"]
    list_select_related = [
        "connection__organization",
        "step__candidate",
        "person__candidate",
    ]


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["question", "step", "asked_at", "choice", "decided_by"]
    list_filter = ["choice", "step__connection__vendor"]
    search_fields = ["question", "step__candidate__search"]
    list_select_related = ["step__candidate", "decided_by"]


@admin.register(DuplicateCheck)
class DuplicateCheckAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "candidate",
        "connection",
        "job",
        "state",
        "answer",
        "tries",
        "not_before",
        "asked_at",
        "checked_at",
    ]
    list_filter = ["state", "answer", "connection__vendor"]
    search_fields = ["candidate__search", "candidate__email"]
    list_select_related = ["candidate", "connection__organization", "job"]


@admin.register(ExportAttempt)
class ExportAttemptAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["step", "number", "intent_at", "ended_at", "outcome", "error_kind"]
    list_filter = ["outcome", "error_kind", "step__connection__vendor"]
    search_fields = ["person_id", "step__candidate__search"]
    list_select_related = ["step__candidate"]


class DirectoryKeyInline(ReadOnly, admin.TabularInline[Any, Any]):
    model = AtsDirectoryKey
    fields = ["key", "value"]
    extra = 0


@admin.register(AtsDirectoryEntry)
class AtsDirectoryEntryAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["name", "email", "connection", "person_id", "seen_in", "created_at"]
    list_filter = ["connection__vendor", "connection__organization"]
    search_fields = ["search", "person_id"]
    list_select_related = ["connection__organization"]
    show_full_result_count = False  # a hundred thousand rows are counted slowly
    inlines = [DirectoryKeyInline]


@admin.register(AtsDirectoryPull)
class AtsDirectoryPullAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = [
        "connection",
        "people",
        "began_at",
        "read",
        "is_full",
        "finished_at",
        "due_at",
        "tries",
        "trouble",
    ]
    list_filter = ["connection__vendor", "is_full"]
    list_select_related = ["connection__organization"]
    actions = ["read_everybody"]

    @admin.action(description="Read everybody again now", permissions=["read"])
    def read_everybody(
        self, request: HttpRequest, queryset: QuerySet[AtsDirectoryPull]
    ) -> None:
        """Let the chosen begin anew; what is under way goes on to its end."""
        idle = queryset.filter(began_at=None)
        count = idle.update(cursor="", due_at=clock.now(), tries=0, trouble="")
        self.message_user(
            request, f"{count} directories are read again.", messages.SUCCESS
        )

    def has_read_permission(self, request: HttpRequest) -> bool:
        user = request.user
        wanted = "integrations.change_atsdirectorypull"
        return isinstance(user, User) and user.has_perm(wanted)


@admin.register(LaterLook)
class LaterLookAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["step", "looks", "due_at", "looked_at", "twice_at", "seen_to_by"]
    list_filter = ["looks", "step__connection__vendor"]
    search_fields = ["step__candidate__search"]
    list_select_related = ["step__candidate", "seen_to_by"]


@admin.register(ConnectionMail)
class ConnectionMailAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["connection", "sent_at", "not_before"]
    list_select_related = ["connection__organization"]


@admin.register(Duty)
class DutyAdmin(ReadOnly, admin.ModelAdmin[Any]):
    list_display = ["name", "done_at"]


@admin.register(VendorBadge)
class VendorBadgeAdmin(admin.ModelAdmin[Any]):
    list_display = ["vendor", "updated_at"]


# --- RQ's own pages ----------------------------------------------------------------


class QueueAdmin(django_rq.admin.QueueAdmin):
    """RQ's pages, for superusers only: they can empty queues and stop work."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)

    def get_urls(self) -> list[URLPattern]:
        """Guard every page, also those that would let any staff user in."""
        urls: list[URLPattern] = super().get_urls()  # type: ignore[no-untyped-call]
        for pattern in urls:
            pattern.callback = _superusers_only(_while_redis_answers(pattern.callback))
        return urls


def _is_superuser(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_superuser


def _superusers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_superuser(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def _while_redis_answers(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Say so where Redis does not answer, after the one short wait of every page."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            waking.connection().ping()
            return view(request, *args, **kwargs)
        except RedisError:
            context = {**admin.site.each_context(request), "title": "Queues"}
            return render(request, "admin/redis_away.html", context, status=503)

    return asking


# django_rq registered its own on being imported above.
admin.site.unregister(Dashboard)
admin.site.register(Dashboard, QueueAdmin)
