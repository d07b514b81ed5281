"""`manage.py export`: write incidents, patterns and playbooks to files."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.exchange import render_incident
from incidents.models import Incident
from playbooks.exchange import render_pattern, render_playbook
from playbooks.models import FailurePattern, Playbook


class Command(BaseCommand):
    help = (
        "Write incidents into DIR/incidents, one file each. Without a REFERENCE all that are not "
        "archived, and the failure patterns and playbooks into folders beside them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("references", nargs="*", metavar="REFERENCE", help="such as INC-3")
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        references = list(dict.fromkeys(options["references"]))
        incidents = Incident.objects.order_by("number")
        if references:
            incidents = incidents.filter(reference__in=references)
            missing = set(references) - set(incidents.values_list("reference", flat=True))
            if missing:
                raise CommandError(f"There is no {', '.join(sorted(missing))} here.")
        else:
            incidents = incidents.filter(archived_at=None)
        files = {
            "incidents": (
                (incident.reference, render_incident(incident)) for incident in incidents.iterator()
            )
        }
        if not references:
            patterns = FailurePattern.objects.order_by("slug")
            playbooks = Playbook.objects.order_by("slug").select_related(
                "owner", "last_reviewed_by"
            )
            files["patterns"] = ((each.slug, render_pattern(each)) for each in patterns)
            files["playbooks"] = (
                (each.slug, render_playbook(each))
                for each in playbooks.prefetch_related("patterns", "steps")
            )
        for name, texts in files.items():
            count = _write(folder / name, texts)
            self.stdout.write(f"{folder / name}: {count} written")


def _write(folder: Path, texts: Iterable[tuple[str, str]]) -> int:
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts:
            whole = folder / f".{name}.md.part"  # so that no file is ever incomplete
            whole.write_bytes(text.encode())
            whole.replace(folder / f"{name}.md")
            count += 1
    except OSError as error:
        raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
    return count
