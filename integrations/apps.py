from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from candidates.filters import register_filter
        from pinsync import health

        from . import backlog, checks, import_ids, search, triggers  # noqa: F401
        from .adapters import vendors
        from .http import environment_of

        for cls in vendors().values():
            environment_of(cls)  # a wrong address stops the start, not the first call
        triggers.listen()
        register_filter(search.narrow)
        import_ids.register()
        health.register("dispatcher", backlog.dispatcher_lives)
        health.register("oldest due export", backlog.nothing_is_stuck)
