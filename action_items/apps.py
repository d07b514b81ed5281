from django.apps import AppConfig


class ActionItemsConfig(AppConfig):
    name = "action_items"
    verbose_name = "action items"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from accounts import preferences  # noqa: PLC0415
        from action_items.reminders import rendering, sending_hours  # noqa: PLC0415
        from action_items.views import incident_part  # noqa: PLC0415
        from incidents.views import page_parts  # noqa: PLC0415

        rendering.connect()
        preferences.connect(sending_hours.warnings_for)
        page_parts.connect(incident_part.PART)
