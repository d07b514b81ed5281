"""Incidents, their parts, action items and patterns."""

from django.urls import URLPattern, URLResolver, include, path

from incidents.views import (
    action_item_bulk,
    action_item_changes,
    action_item_export,
    action_item_list,
    action_item_moves,
    action_item_waits,
    action_items,
    attachments,
    calendars,
    follow_up,
    holidays,
    home,
    incident_list,
    owners,
    pattern_list,
    pattern_map,
    patterns,
    playbook_runs,
    playbook_uses,
    playbooks,
    reading,
    reminder_answers,
    reminder_policy,
)
from incidents.views.writing import (
    changes_since,
    fix_checks,
    pattern_links,
    postmortems,
    revisions,
    root_causes,
    sections,
    timeline,
)
from incidents.views.writing import incidents as writing_incidents

_WRITING = [
    path("edit/", writing_incidents.incident_edit, name="incident_edit"),
    path("archive/", writing_incidents.incident_archive, name="incident_archive"),
    path("archived/", writing_incidents.incident_archived, name="incident_archived"),
    path("restore/", writing_incidents.incident_restore, name="incident_restore"),
    path("publish/", postmortems.incident_publish, name="incident_publish"),
    path("review/", postmortems.incident_request_review, name="incident_request_review"),
    path("reopen/", postmortems.incident_reopen, name="incident_reopen"),
    path("not-required/", postmortems.incident_not_required, name="incident_not_required"),
    path("sections/new/", sections.section_new, name="section_new"),
    path("sections/<int:pk>/edit/", sections.section_edit, name="section_edit"),
    path(
        "sections/<int:pk>/keep-theirs/", sections.section_keep_theirs, name="section_keep_theirs"
    ),
    path("sections/<int:pk>/delete/", sections.section_delete, name="section_delete"),
    path("sections/<int:pk>/move/", sections.section_move, name="section_move"),
    path("sections/<int:pk>/history/", sections.section_history, name="section_history"),
    path("timeline/new/", timeline.event_new, name="event_new"),
    path("timeline/<int:pk>/edit/", timeline.event_edit, name="event_edit"),
    path("timeline/<int:pk>/delete/", timeline.event_delete, name="event_delete"),
    path("causes/new/", root_causes.root_cause_new, name="root_cause_new"),
    path("causes/<int:pk>/edit/", root_causes.root_cause_edit, name="root_cause_edit"),
    path("causes/<int:pk>/delete/", root_causes.root_cause_delete, name="root_cause_delete"),
    path("patterns/new/", pattern_links.pattern_link_new, name="pattern_link_new"),
    path("patterns/<int:pk>/edit/", pattern_links.pattern_link_edit, name="pattern_link_edit"),
    path(
        "patterns/<int:pk>/decide/", pattern_links.pattern_link_decide, name="pattern_link_decide"
    ),
    path(
        "patterns/<int:pk>/delete/", pattern_links.pattern_link_delete, name="pattern_link_delete"
    ),
    path("fix-checks/answer/", fix_checks.fix_check_answer, name="fix_check_answer"),
    path(
        "fix-checks/<int:pk>/take-back/",
        fix_checks.fix_check_take_back,
        name="fix_check_take_back",
    ),
    path("revisions/", revisions.revision_list, name="revision_list"),
    path("revisions/<int:number>/", revisions.revision_detail, name="revision_detail"),
    path("revisions/<int:number>/since/", changes_since.revision_since, name="revision_since"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # Home
    path("", home.home, name="home"),
    path("tour/dismiss/", home.tour_dismiss, name="tour_dismiss"),
    # Incidents, listed
    path("incidents/", incident_list.incident_list, name="incident_list"),
    path("incidents/archive/", incident_list.incident_archive_list, name="incident_archive_list"),
    # Failure patterns, read. `map` is no pattern's name, so it comes before the page.
    path("patterns/", pattern_list.pattern_list, name="pattern_list"),
    path("patterns/map/", pattern_map.pattern_map, name="pattern_map"),
    path("patterns/<str:slug>/", patterns.pattern_detail, name="pattern_detail"),
    # Action items
    path(
        "incidents/<str:reference>/action-items/new/",
        action_items.action_item_new,
        name="action_item_new",
    ),
    path("action-items/", action_item_list.action_item_list, name="action_item_list"),
    path(
        "action-items/change/",
        action_item_bulk.action_item_bulk,
        name="action_item_bulk",
    ),
    path(
        "action-items/export/",
        action_item_export.action_item_export,
        name="action_item_export",
    ),
    path("action-items/calendars/", calendars.calendar_feed_list, name="calendar_feed_list"),
    path("action-items/calendars/new/", calendars.calendar_feed_new, name="calendar_feed_new"),
    path(
        "action-items/calendars/<int:pk>/renew/",
        calendars.calendar_feed_renew,
        name="calendar_feed_renew",
    ),
    path(
        "action-items/calendars/<int:pk>/delete/",
        calendars.calendar_feed_delete,
        name="calendar_feed_delete",
    ),
    path("calendars/<str:key>.ics", calendars.calendar_feed, name="calendar_feed"),
    path(
        "action-items/<int:pk>/change/",
        action_item_changes.action_item_change,
        name="action_item_change",
    ),
    path(
        "action-items/<int:pk>/move/",
        action_item_changes.action_item_move,
        name="action_item_move",
    ),
    path("action-items/<int:pk>/", action_items.action_item_detail, name="action_item_detail"),
    path("action-items/<int:pk>/edit/", action_items.action_item_edit, name="action_item_edit"),
    path("action-items/owners/", owners.owner_offers, name="owner_offers"),
    path(
        "action-items/<int:pk>/done/",
        action_item_moves.action_item_complete,
        name="action_item_complete",
    ),
    path(
        "action-items/<int:pk>/wont-do/",
        action_item_moves.action_item_decline,
        name="action_item_decline",
    ),
    path(
        "action-items/<int:pk>/still-not/",
        action_item_moves.action_item_keep_declined,
        name="action_item_keep_declined",
    ),
    path(
        "action-items/<int:pk>/reopen/",
        action_item_moves.action_item_reopen,
        name="action_item_reopen",
    ),
    path(
        "action-items/<int:pk>/snooze/",
        action_item_moves.action_item_snooze,
        name="action_item_snooze",
    ),
    path(
        "action-items/<int:pk>/wake/", action_item_moves.action_item_wake, name="action_item_wake"
    ),
    path(
        "action-items/<int:pk>/reassign/",
        action_item_moves.action_item_reassign,
        name="action_item_reassign",
    ),
    path(
        "action-items/<int:pk>/redate/",
        action_item_moves.action_item_redate,
        name="action_item_redate",
    ),
    path(
        "action-items/<int:pk>/waits/", action_item_waits.action_item_wait, name="action_item_wait"
    ),
    path(
        "action-items/<int:pk>/waits/stop/",
        action_item_waits.action_item_stop_waiting,
        name="action_item_stop_waiting",
    ),
    path(
        "action-items/<int:pk>/delete/",
        action_items.action_item_delete,
        name="action_item_delete",
    ),
    # From a mail or a chat
    path("answer/<str:token>/", reminder_answers.reminder_answer, name="reminder_answer"),
    path("follow-up/", follow_up.follow_up, name="follow_up"),
    # Incidents, written. `new` is no reference, so it comes before the page.
    path("incidents/new/", writing_incidents.incident_new, name="incident_new"),
    path("incidents/<str:reference>/", include(_WRITING)),
    # Playbooks, read and run
    path("playbooks/", playbooks.playbook_list, name="playbook_list"),
    path("playbooks/<slug:slug>/", playbooks.playbook_detail, name="playbook_detail"),
    path("playbooks/<slug:slug>/run/", playbook_runs.playbook_run_start, name="playbook_run_start"),
    path("runs/<int:pk>/", playbook_runs.playbook_run_detail, name="playbook_run_detail"),
    path("runs/<int:pk>/tick/", playbook_runs.playbook_run_tick, name="playbook_run_tick"),
    path("runs/<int:pk>/finish/", playbook_runs.playbook_run_finish, name="playbook_run_finish"),
    path("runs/<int:pk>/attach/", playbook_runs.playbook_run_attach, name="playbook_run_attach"),
    path("runs/<int:pk>/discard/", playbook_runs.playbook_run_discard, name="playbook_run_discard"),
    # Playbooks used
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
    # Incidents, read. The page comes last: its address would take in the ones before.
    path("incidents/<str:reference>/", reading.incident_detail, name="incident_detail"),
    # Reminders
    path("reminders/policy/", reminder_policy.reminder_policy, name="reminder_policy"),
    path(
        "reminders/policy/preview/",
        reminder_policy.reminder_policy_preview,
        name="reminder_policy_preview",
    ),
    path("reminders/holidays/", holidays.holiday_list, name="holiday_list"),
    path("reminders/holidays/add/", holidays.holiday_add, name="holiday_add"),
    path("reminders/holidays/<int:pk>/delete/", holidays.holiday_delete, name="holiday_delete"),
    # Attachments
    path(
        "incidents/<str:reference>/attachments/",
        attachments.attachment_upload,
        name="attachment_upload",
    ),
    path("uploads/<uuid:pk>/<str:name>", attachments.attachment_file, name="attachment_file"),
]
