from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from core.text_search import Kind
from incidents.models import Incident
from playbooks.models import FailurePattern, Playbook
from search import index
from search.models import Word

SOURCES: dict[Kind, Any] = {
    "incident": Incident,
    "pattern": FailurePattern,
    "playbook": Playbook,
}


class Command(BaseCommand):
    """Makes the whole search index anew. Search keeps working while it runs."""

    help = "Make the whole search index anew."

    def handle(self, **options: Any) -> None:
        Word.objects.all().delete()
        for kind, model in SOURCES.items():
            ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(ids), index.BATCH):
                with transaction.atomic():
                    index.refresh(kind, ids[start : start + index.BATCH])
            self.stdout.write(f"{len(ids)} {kind}{'' if len(ids) == 1 else 's'} indexed")
