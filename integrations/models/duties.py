"""What any process may do, but only one of them, and only so often."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from pinsync import clock


class DutyQuerySet(models.QuerySet["Duty"]):
    def is_due(self, name: str, every: timedelta) -> bool:
        return not self.filter(name=name, done_at__gt=clock.now() - every).exists()

    def take(self, name: str, every: timedelta) -> bool:
        """Take the duty if nobody has within that time: one conditional update."""
        now = clock.now()
        taken = self.filter(name=name, done_at__lte=now - every).update(done_at=now)
        if taken:
            return True
        return self.get_or_create(name=name, defaults={"done_at": now})[1]

    def did(self, name: str) -> None:
        """Remember that it was done just now, whoever else may do it."""
        self.update_or_create(name=name, defaults={"done_at": clock.now()})

    def done_last(self, name: str) -> datetime | None:
        """Return when it was done last, None for never."""
        return self.filter(name=name).values_list("done_at", flat=True).first()


class Duty(models.Model):
    """When something was last done: a dispatcher's sign of life, the daily pruning.

    In the database, so that a web process on another host can read it.
    """

    name = models.CharField(max_length=40, unique=True)
    done_at = models.DateTimeField()

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
