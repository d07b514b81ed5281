from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from incidents.reminders import letters  # noqa: PLC0415

        letters.connect()
