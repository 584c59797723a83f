"""The one signal by which this app tells others what happened to a candidate."""

from django.dispatch import Signal

# Sent inside the transaction that stores the events; a listener's error rolls all of it
# back. Arguments: job_candidate, and events: a list of OutreachEvent, never empty.
outreach_recorded = Signal()

# Sent after a ResumeDocument became READY or FAILED. Argument: document.
resume_finished = Signal()
