from django.apps import AppConfig


class RecurrenceConfig(AppConfig):
    name = "recurrence"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from incidents.views import page_parts  # noqa: PLC0415
        from recurrence.views import incident_part  # noqa: PLC0415

        page_parts.connect(incident_part.PART)
