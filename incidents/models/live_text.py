"""Rows behind the sections that several people write at once.

The text itself is in `Section`; these rows say who writes, what was answered, and what a person
still has to decide.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models.incident import Incident
from incidents.models.section import Section


class WritingStretch(models.Model):
    """A person's part in the writing that no revision contains yet.

    An incident has such rows exactly while its `writing_since` is set. All of them end together, in
    one revision.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="stretches")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    is_searchable = models.BooleanField(default=False, help_text="search has the latest words")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "person"], name="stretch_of_a_person"),
        ]
        indexes = [models.Index(fields=["last_at"])]

    def __str__(self) -> str:
        return f"{self.person} since {self.began_at}"


class AnsweredTab(models.Model):
    """The last request that a browser tab was answered for a section.

    A tab sends its requests one after the other, each once the one before was answered. So the last
    number tells of every request whether it is a repetition.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="tabs")
    tab = models.UUIDField()
    seq = models.PositiveIntegerField()
    digest = models.CharField(max_length=32, help_text="of the text that was sent")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "tab"], name="tab_answered_once"),
        ]
        indexes = [models.Index(fields=["answered_at"])]

    def __str__(self) -> str:
        return f"{self.tab}, request {self.seq}"


class SectionClash(models.Model):
    """A passage that two people changed at once. Both texts are in the section until one is chosen.

    `base` is the passage as it was, `mine` what `by` made of it, `theirs` what was there already;
    either is empty where it was removed. The section's text has `passage`, which contains the words
    of both, from `start` to `end` in code points. Both move along when the section changes.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="clashes")
    base = models.TextField(blank=True)
    mine = models.TextField(blank=True)
    theirs = models.TextField(blank=True)
    passage = models.TextField(blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    theirs_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(start__lte=models.F("end")), name="clash_is_a_range")
        ]

    def __str__(self) -> str:
        return f"{self.section}, from {self.start} to {self.end}"


class UnsavedText(models.Model):
    """A text that a person wrote into a section that somebody removed meanwhile.

    `base` is the text on which they wrote, as far as it is known. A tab has one row per section,
    which later requests replace.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="unsaved_texts")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="unsaved_texts")
    section_key = models.PositiveBigIntegerField("key of the removed section")
    tab = models.UUIDField()
    seq = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    base = models.TextField(blank=True)
    body = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["-kept_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "incident", "section_key", "tab"], name="unsaved_text_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title or 'Untitled'}, written by {self.person}"


class Presence(models.Model):
    """A browser tab that is open for writing, and the section in which its cursor is.

    The table is not logged: a crash of the database empties it, and the next poll fills it again.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    tab = models.UUIDField()
    section_key = models.PositiveBigIntegerField(null=True, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "tab"], name="presence_of_a_tab"),
        ]
        indexes = [models.Index(fields=["seen_at"])]

    def __str__(self) -> str:
        return f"{self.person} at {self.seen_at}"
