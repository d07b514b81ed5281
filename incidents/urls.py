"""URLs of incidents and their parts."""

from django.urls import URLPattern, URLResolver, include, path

from incidents.views import attachments, incident_list, reading
from incidents.views.live import page as live_page
from incidents.views.live import poll
from incidents.views.live import sections as live_sections
from incidents.views.writing import (
    changes_since,
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
    path("sections/<int:pk>/live/", live_sections.section_live, name="section_live"),
    path(
        "sections/<int:pk>/clashes/<int:number>/",
        live_sections.section_clash_choose,
        name="section_clash_choose",
    ),
    path("sections/<int:pk>/history/", sections.section_history, name="section_history"),
    path("write/", live_page.incident_write, name="incident_write"),
    path("live/", poll.incident_live, name="incident_live"),
    path("timeline/new/", timeline.event_new, name="event_new"),
    path("timeline/<int:pk>/edit/", timeline.event_edit, name="event_edit"),
    path("timeline/<int:pk>/delete/", timeline.event_delete, name="event_delete"),
    path("causes/new/", root_causes.root_cause_new, name="root_cause_new"),
    path("causes/<int:pk>/edit/", root_causes.root_cause_edit, name="root_cause_edit"),
    path("causes/<int:pk>/delete/", root_causes.root_cause_delete, name="root_cause_delete"),
    path("revisions/", revisions.revision_list, name="revision_list"),
    path("revisions/<int:number>/", revisions.revision_detail, name="revision_detail"),
    path("revisions/<int:number>/since/", changes_since.revision_since, name="revision_since"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", incident_list.incident_list, name="incident_list"),
    path("incidents/archive/", incident_list.incident_archive_list, name="incident_archive_list"),
    # `new` comes before the page because it is not a reference.
    path("incidents/new/", writing_incidents.incident_new, name="incident_new"),
    path("incidents/<str:reference>/", include(_WRITING)),
    # The page comes last, because its pattern matches the ones before.
    path("incidents/<str:reference>/", reading.incident_detail, name="incident_detail"),
    path(
        "incidents/<str:reference>/attachments/",
        attachments.attachment_upload,
        name="attachment_upload",
    ),
    path("uploads/<uuid:pk>/<str:name>", attachments.attachment_file, name="attachment_file"),
]
