"""Lets the wall clock of a process go ten minutes ahead; Python imports it by its name."""

import time
from datetime import timedelta

from django.utils import timezone

_AHEAD = timedelta(minutes=10)
_now, _time = timezone.now, time.time

timezone.now = lambda: _now() + _AHEAD
time.time = lambda: _time() + _AHEAD.total_seconds()
