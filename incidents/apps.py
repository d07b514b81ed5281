from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from accounts import preferences  # noqa: PLC0415
        from incidents.reminders import hours, letters  # noqa: PLC0415
        from incidents.views import action_items_part, page_parts, patterns_part  # noqa: PLC0415

        letters.connect()
        preferences.connect(hours.warnings_for)
        page_parts.connect(action_items_part.PART)
        page_parts.connect(patterns_part.PART)
