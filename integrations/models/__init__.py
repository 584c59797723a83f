"""Connections, settings of jobs, and the export ledger.

The database is the ledger of what was sent; Redis and RQ only wake workers. Who may
change what: ``triggers``, ``decisions`` and ``connections`` make and cancel, ``ledger``
alone moves steps for the engine, ``drainer`` and ``dispatcher`` lease and sweep,
``directory`` keeps who is in an ATS, ``later_looks`` looks again at what was unclear.
"""

from .afterwards import ConnectionMail, LaterLook
from .connections import (
    AtsConnection,
    ConnectionPermission,
    JobAtsMapping,
    VendorBadge,
    trigger_choices,
    vendor_choices,
)
from .directory import AtsDirectoryEntry, AtsDirectoryKey, AtsDirectoryPull
from .duplicates import DuplicateCheck
from .duties import Duty
from .evidence import AtsPerson, Decision, ExportAttempt, IdentityClaim
from .exports import FINISHED, GIVEN_UP, Export, ExportStep

__all__ = [
    "FINISHED",
    "GIVEN_UP",
    "AtsConnection",
    "AtsDirectoryEntry",
    "AtsDirectoryKey",
    "AtsDirectoryPull",
    "AtsPerson",
    "ConnectionMail",
    "ConnectionPermission",
    "Decision",
    "DuplicateCheck",
    "Duty",
    "Export",
    "ExportAttempt",
    "ExportStep",
    "IdentityClaim",
    "JobAtsMapping",
    "LaterLook",
    "VendorBadge",
    "trigger_choices",
    "vendor_choices",
]
