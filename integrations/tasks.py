"""What the RQ worker calls, and how it is asked to: no ids, no retries, no results."""

from __future__ import annotations

from pinsync import waking

from .measures import measured

BUDGET = 600.0  # seconds of one drain job; then it ends and another is asked for


def wake() -> None:
    """Ask a worker to drain once the present transaction is committed; never raises."""
    waking.wake("exports", "integrations.tasks.drain", timeout=int(BUDGET) + 300)


def wake_now() -> None:
    """Ask a worker to drain; what the dispatcher does while anything is due."""
    waking.wake_now("exports", "integrations.tasks.drain", timeout=int(BUDGET) + 300)


@measured
def drain() -> None:
    """Work the due steps of every connection that nobody else works."""
    from . import drainer  # it wakes the next drain, so it imports this module

    drainer.drain()


def wake_proofs() -> None:
    """Ask a worker to prove the connections whose last proof is an hour old."""
    waking.wake_now("checks", "integrations.tasks.prove_connections", timeout=900)


@measured
def prove_connections() -> None:
    """Test the connections that are due for it, permission by permission."""
    from . import connections  # it wakes the drain, so it imports this module

    connections.prove_due()


def wake_checks() -> None:
    """Ask a worker, after the commit, to look early for duplicates."""
    waking.wake("checks", "integrations.tasks.look_for_duplicates", timeout=900)


@measured
def look_for_duplicates() -> None:
    """Look for those who were added to outreach; resumes go first."""
    from . import dispatcher, outreach_check  # both wake, so they import this module

    outreach_check.check_due(dispatcher.documents_due)


def wake_looks() -> None:
    """Ask a worker to look again at what was unclear."""
    waking.wake_now("checks", "integrations.tasks.look_again", timeout=900)


@measured
def look_again() -> None:
    """Take the later looks that are due; resumes go first."""
    from . import dispatcher, later_looks  # the former wakes, so it imports this module

    later_looks.look_due(dispatcher.documents_due)


def wake_mails() -> None:
    """Ask a worker to tell the administrators what they must know."""
    waking.wake_now("checks", "integrations.tasks.send_mails", timeout=900)


def send_mails() -> None:
    """Send the mails that are due."""
    from . import notices

    notices.send_mails()


def wake_pruning() -> None:
    """Ask a worker to forget what nobody needs any more."""
    waking.wake_now("checks", "integrations.tasks.prune", timeout=3_600)


def prune() -> None:
    """Forget it, if that was not done today."""
    from . import retention

    retention.prune_if_due()


def wake_pulls() -> None:
    """Ask a worker to read on who is in the ATSs."""
    waking.wake_now("checks", "integrations.tasks.pull_directories", timeout=900)


@measured
def pull_directories() -> None:
    """Read for a few minutes who is in the ATSs; proofs and resumes go first.

    Early looks for duplicates have their turn here too, so that neither starves.
    """
    from . import directory, dispatcher  # both wake, so they import this module

    look_for_duplicates()
    directory.pull_due(dispatcher.others_wait)
