from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = "Messages"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from accounts import preferences  # noqa: PLC0415
        from messaging import routing  # noqa: PLC0415

        preferences.connect(routing.warnings_for)
