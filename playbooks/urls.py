"""Playbooks and failure patterns, written. Pages that read them show incidents, and are theirs."""

from django.urls import path

from playbooks.views import archiving, reviews, revisions, writing

urlpatterns = [
    # Failure patterns
    path("patterns/new/", writing.pattern_new, name="pattern_new"),
    path("patterns/<slug:slug>/edit/", writing.pattern_edit, name="pattern_edit"),
    # Playbooks
    path("playbooks/new/", writing.playbook_new, name="playbook_new"),
    path("playbooks/<slug:slug>/edit/", writing.playbook_edit, name="playbook_edit"),
    # Whether they are still correct
    path(
        "playbooks/<slug:slug>/reviewed/",
        reviews.playbook_mark_reviewed,
        name="playbook_mark_reviewed",
    ),
    path("playbooks/<slug:slug>/doubt/", reviews.playbook_doubt, name="playbook_doubt"),
    # Archived or in use
    path("patterns/<slug:slug>/archive/", archiving.pattern_archive, name="pattern_archive"),
    path("patterns/<slug:slug>/unarchive/", archiving.pattern_unarchive, name="pattern_unarchive"),
    path("playbooks/<slug:slug>/archive/", archiving.playbook_archive, name="playbook_archive"),
    path(
        "playbooks/<slug:slug>/unarchive/", archiving.playbook_unarchive, name="playbook_unarchive"
    ),
    # Their history
    path(
        "playbooks/<slug:slug>/revisions/",
        revisions.playbook_revision_list,
        name="playbook_revision_list",
    ),
    path(
        "playbooks/<slug:slug>/revisions/<int:number>/",
        revisions.playbook_revision_detail,
        name="playbook_revision_detail",
    ),
    path(
        "playbooks/<slug:slug>/revisions/<int:number>/restore/",
        revisions.playbook_revision_restore,
        name="playbook_revision_restore",
    ),
]
