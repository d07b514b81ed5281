from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from core import text_search  # noqa: PLC0415
        from search import listener  # noqa: PLC0415

        text_search.connect(listener.refresh)
