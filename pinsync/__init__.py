"""PinSync: brings sourced candidates into the team's applicant tracking system."""

__version__ = "0.1.0"
