"""Finding the incident that a document describes: by its source, never by its title.

In this order: the reference written by our own export; the place that the file was imported from;
the address of the source; the same content in another place. A partial match becomes a new incident
and a question to the user.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from accounts.models import User
from core.exchange.problems import Problem
from incidents.exchange import ParsedPostmortem, documents_of
from incidents.models import ImportedFile, Incident
from incidents.operations.importing import comparing, questions
from incidents.operations.importing.places import last_import
from incidents.operations.importing.source import Source

_MOST_CANDIDATES = 200


@dataclass(frozen=True)
class Match:
    """The incident that a document describes; None for a new one.

    `file` is the stored record of the file's last import. `base` is the revision that it led to,
    None if only the text can tell. With `same_content` the file is unchanged since then. `problems`
    prevent storing the document, or ask whether it is another incident.
    """

    incident: Incident | None = None
    file: ImportedFile | None = None
    base: int | None = None
    same_content: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Matcher:
    """Finds the incident of one document among those that `by` may see; None is the operator.

    `apart_from` are incidents that other documents of the same import have become.
    """

    parsed: ParsedPostmortem
    by: User | None
    source: Source | None = None
    apart_from: Collection[int] = ()

    @property
    def visible(self) -> QuerySet[Incident]:
        if self.by is None:
            return Incident.objects.all()
        return Incident.objects.visible_to(self.by)

    def match(self) -> Match:
        """Return the incident of the document, by the strongest evidence available."""
        ways = [self._by_place, self._by_reference, self._by_content, self._by_url]
        doubts: tuple[Problem, ...] = ()
        for way in ways:
            found = way()
            if found is None:
                continue
            if found.incident is not None or _refuses(found):
                return self._unless_archived(found)
            doubts += found.problems
        doubts = doubts or questions.of_the_same_title(self.parsed, self.visible)
        return Match(file=self._last_import, problems=doubts)

    @cached_property
    def _last_import(self) -> ImportedFile | None:
        return last_import(self.source)

    def _by_place(self) -> Match | None:
        """Return the incident that the file at this place became before."""
        last = self._last_import
        if last is None or last.stated_number != self.parsed.number:
            return None
        incident = last.incident
        if not self._may_see(incident):
            return _refused("This file was imported before, as an incident you may not change.")
        if last.content == self.parsed.content_digest:
            return Match(incident, last, last.revision, same_content=True)
        before = comparing.document_at(incident, last.revision)
        if before and not comparing.continues(before, self.parsed):
            return self._doubt(
                [incident], "was imported from this file before, with a text that is not in it now"
            )
        if copy := self._copy_elsewhere(last):
            return self._doubt([incident], f"was also imported from {copy}, which is still there")
        return Match(incident, last, None if self.parsed.number else last.revision)

    def _by_reference(self) -> Match | None:
        """Return the incident with the document's reference, if the texts agree."""
        number = self.parsed.number
        if number is None or not Incident.objects.filter(number=number).exists():
            return None
        found = self.visible.filter(number=number).first()
        if found is None:
            return _refused(
                f"{self.parsed.reference} is another incident here; remove the “reference” to "
                "import this one as a new one."
            )
        if self._is_state_of(found):
            return Match(found, self._last_import)
        return self._doubt([found], "has the file’s reference but another text")

    def _by_content(self) -> Match | None:
        """Return the incident of a file with the same content, at any place."""
        content, last = self.parsed.content_digest, self._last_import
        if not content:
            return None
        same = ImportedFile.objects.filter(content=content)
        if last:
            same = same.exclude(pk=last.pk)
        files = list(same.select_related("incident")[:_MOST_CANDIDATES])
        seen = {file.incident_id: file for file in files if self._may_see(file.incident)}
        if len(seen) > 1:
            return self._doubt(
                [file.incident for file in seen.values()], "were imported from the same content"
            )
        for file in seen.values():
            moved = self.source is not None and not self._is_there(file)
            kept = last or (file if moved else None)
            return Match(file.incident, kept, file.revision, same_content=True)
        return None

    def _by_url(self) -> Match | None:
        """Return the incident with the same source address, if most of its text is in the
        document.
        """
        url = self.parsed.source.url
        if not url:
            return None
        found = list(self.visible.filter(source_url=url).order_by("number")[:_MOST_CANDIDATES])
        states = documents_of(found) if found else {}
        same = [
            each
            for each in found
            if each.pk not in self.apart_from
            and comparing.share_kept(states[each.pk], self.parsed) >= comparing.ENOUGH
        ]
        if len(same) == 1:
            return Match(same[0], self._last_import)
        verb = "comes" if len(found) == 1 else "come"
        return self._doubt(found, f"{verb} from the same address") if found else None

    def _may_see(self, incident: Incident) -> bool:
        return self.by is None or self.visible.filter(pk=incident.pk).exists()

    def _is_state_of(self, incident: Incident) -> bool:
        """Return True if the document holds most of a recent revision of `incident`."""
        revisions = incident.revisions.values_list("number", flat=True)
        numbers = [comparing.based_on(incident, self.parsed), *revisions[:1]]
        states = [comparing.document_at(incident, number) for number in dict.fromkeys(numbers)]
        states = [state for state in states if state] or list(documents_of([incident]).values())
        return any(comparing.share_kept(s, self.parsed) >= comparing.ENOUGH for s in states if s)

    def _copy_elsewhere(self, last: ImportedFile) -> str:
        """Return the path of another existing file that became the same incident; empty if none."""
        others = ImportedFile.objects.filter(incident=last.incident).exclude(pk=last.pk)
        return next((file.path for file in others if self._is_there(file)), "")

    def _is_there(self, file: ImportedFile) -> bool:
        return self.source is not None and "/" not in file.key and self.source.still_has(file)

    def _doubt(self, others: list[Incident], why: str) -> Match:
        seen = [other for other in others if self._may_see(other)]
        return Match(problems=(questions.question(seen, why),) if seen else ())

    def _unless_archived(self, found: Match) -> Match:
        if found.incident is None or not found.incident.is_archived:
            return found
        reference = found.incident.reference
        return _refused(f"{reference} is archived here; restore it to import it again.")


def _refused(message: str) -> Match:
    return Match(problems=(Problem(None, message),))


def _refuses(found: Match) -> bool:
    return any(not problem.warning for problem in found.problems)
