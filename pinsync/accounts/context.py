"""What the frame of every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .models import Organization


def frame(request: HttpRequest) -> dict[str, Any]:
    membership = getattr(request, "membership", None)
    context: dict[str, Any] = {
        "product_name": settings.PRODUCT_NAME,
        "membership": membership,
        "organization": membership.organization if membership else None,
    }
    if membership:
        context["organizations"] = Organization.objects.of(membership.user)
    return context
