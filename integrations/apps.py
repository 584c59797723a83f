from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from . import checks, triggers  # noqa: F401
        from .adapters import vendors
        from .http import environment_of

        for cls in vendors().values():
            environment_of(cls)  # a wrong address stops the start, not the first call
        triggers.listen()
