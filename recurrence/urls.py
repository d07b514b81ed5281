"""URLs of failure patterns, and of playbooks and their runs."""

from django.urls import path

from recurrence.views import (
    fix_checks,
    pattern_links,
    pattern_list,
    pattern_map,
    patterns,
    playbook_runs,
    playbook_uses,
    playbooks,
)

urlpatterns = [
    path(
        "incidents/<str:reference>/patterns/new/",
        pattern_links.pattern_link_new,
        name="pattern_link_new",
    ),
    path(
        "incidents/<str:reference>/patterns/<int:pk>/edit/",
        pattern_links.pattern_link_edit,
        name="pattern_link_edit",
    ),
    path(
        "incidents/<str:reference>/patterns/<int:pk>/decide/",
        pattern_links.pattern_link_decide,
        name="pattern_link_decide",
    ),
    path(
        "incidents/<str:reference>/patterns/<int:pk>/delete/",
        pattern_links.pattern_link_delete,
        name="pattern_link_delete",
    ),
    path(
        "incidents/<str:reference>/fix-checks/answer/",
        fix_checks.fix_check_answer,
        name="fix_check_answer",
    ),
    path(
        "incidents/<str:reference>/fix-checks/<int:pk>/take-back/",
        fix_checks.fix_check_take_back,
        name="fix_check_take_back",
    ),
    path("patterns/", pattern_list.pattern_list, name="pattern_list"),
    path("patterns/map/", pattern_map.pattern_map, name="pattern_map"),
    path("patterns/<str:slug>/", patterns.pattern_detail, name="pattern_detail"),
    path("playbooks/", playbooks.playbook_list, name="playbook_list"),
    path("playbooks/<slug:slug>/", playbooks.playbook_detail, name="playbook_detail"),
    path("playbooks/<slug:slug>/run/", playbook_runs.playbook_run_start, name="playbook_run_start"),
    path("runs/<int:pk>/", playbook_runs.playbook_run_detail, name="playbook_run_detail"),
    path("runs/<int:pk>/tick/", playbook_runs.playbook_run_tick, name="playbook_run_tick"),
    path("runs/<int:pk>/finish/", playbook_runs.playbook_run_finish, name="playbook_run_finish"),
    path("runs/<int:pk>/attach/", playbook_runs.playbook_run_attach, name="playbook_run_attach"),
    path("runs/<int:pk>/discard/", playbook_runs.playbook_run_discard, name="playbook_run_discard"),
    path(
        "incidents/<str:reference>/playbook-uses/new/",
        playbook_uses.playbook_use_new,
        name="playbook_use_new",
    ),
    path(
        "playbooks/<slug:slug>/uses/",
        playbook_uses.playbook_uses_panel,
        name="playbook_uses_panel",
    ),
]
