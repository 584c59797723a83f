from django.apps import AppConfig
from django.db.models.signals import post_save


class CandidatesConfig(AppConfig):
    name = "candidates"
    verbose_name = "Candidates"

    def ready(self) -> None:
        from jobs.models import Job

        from .brought_back import on_job_saved

        post_save.connect(on_job_saved, sender=Job, dispatch_uid="candidates.jobs")
