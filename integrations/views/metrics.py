"""``/metrics``, for whoever has the token."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from ..metrics import exposition


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus; without METRICS_TOKEN there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("Send METRICS_TOKEN as a bearer token.\n", status=401)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
