"""Playbooks and failure patterns. Pages that read patterns show incidents, and are theirs."""

from django.urls import path

from playbooks.views import reading, writing

urlpatterns = [
    # Failure patterns
    path("patterns/new/", writing.pattern_new, name="pattern_new"),
    path("patterns/<slug:slug>/edit/", writing.pattern_edit, name="pattern_edit"),
    # Playbooks
    path("playbooks/", reading.playbook_list, name="playbook_list"),
    path("playbooks/new/", writing.playbook_new, name="playbook_new"),
    path("playbooks/<slug:slug>/", reading.playbook_detail, name="playbook_detail"),
    path("playbooks/<slug:slug>/edit/", writing.playbook_edit, name="playbook_edit"),
    path(
        "playbooks/<slug:slug>/reviewed/",
        writing.playbook_mark_reviewed,
        name="playbook_mark_reviewed",
    ),
]
