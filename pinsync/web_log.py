"""Lets gunicorn's own lines look like ours: ``--logger-class pinsync.web_log.WebLog``."""

from __future__ import annotations

import os
from typing import Any

from gunicorn import glogging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinsync.settings")


class WebLog(glogging.Logger):  # type: ignore[misc]
    """Gunicorn's logger with the formatter that LOG_FORMAT names."""

    def setup(self, cfg: Any) -> None:
        from django.conf import settings

        from .logs import FORMATTERS

        super().setup(cfg)
        formatter = FORMATTERS[settings.LOG_FORMAT]()
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(formatter)
