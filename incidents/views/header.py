"""The header of the incident page: title, facts, people, and actions."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import reverse

from accounts.models import User
from core import times
from incidents.addresses import incident_part_url
from incidents.clock import occurred_words
from incidents.models import (
    Environment,
    Incident,
    IncidentRole,
    PostmortemStatus,
    Severity,
)
from incidents.permissions import can_archive, can_publish, can_write
from incidents.views.page_state import PageState


@dataclass(frozen=True)
class Label:
    """A service or tag, with the list of its incidents."""

    name: str
    url: str


@dataclass(frozen=True)
class PersonRow:
    """A person in a role."""

    role: str
    name: str


@dataclass(frozen=True)
class Action:
    """An action on the incident. `post` ones take effect at once."""

    label: str
    url: str
    icon: str
    post: bool


@dataclass(frozen=True)
class Header:
    """The header above the text."""

    severity: str
    severity_label: str
    status: str
    status_label: str
    environment: str
    when: str
    owner: str
    services: list[Label]
    tags: list[Label]
    people: list[PersonRow]
    source: str
    source_url: str
    source_host: str
    revisions: int
    primary: Action | None
    actions: list[Action]


def header(user: User, incident: Incident, state: PageState) -> Header:
    """Return the header of `incident` for `user`, with the actions allowed."""
    list_url = reverse("incident_list")
    primary, actions = _actions(user, incident, state)
    return Header(
        severity=incident.severity,
        severity_label=Severity(incident.severity).label,
        status=incident.status,
        status_label=PostmortemStatus(incident.status).label,
        environment=_environment(incident),
        when=occurred_words(incident),
        owner=str(incident.owner) if incident.owner else "",
        services=[Label(name, f"{list_url}?service={slug}") for name, slug in state.services],
        tags=[Label(name, f"{list_url}?tag={slug}") for name, slug in state.tags],
        people=_people(incident, state.roles),
        source=_source(incident),
        source_url=incident.source_url,
        source_host=(urlsplit(incident.source_url).hostname or "").removeprefix("www."),
        revisions=state.last_revision,
        primary=primary,
        actions=actions,
    )


def _environment(incident: Incident) -> str:
    """Return the environment as a word; empty if it is not recorded."""
    known = Environment(incident.environment)
    return "" if known is Environment.UNKNOWN else known.label


def _people(incident: Incident, roles: list[list[str]]) -> list[PersonRow]:
    people = [PersonRow("Postmortem owner", str(incident.owner))] if incident.owner else []
    return people + [PersonRow(IncidentRole.Role(role).label, name) for role, name in roles]


def _source(incident: Incident) -> str:
    """Return “From TITLE by AUTHOR, DATE”, as far as they are known."""
    if not (incident.source_author or incident.source_publication or incident.source_url):
        return ""
    words = "From "
    words += incident.source_publication or "a write-up"
    if incident.source_author:
        words += f" by {incident.source_author}"
    if incident.source_published_on:
        words += f", {times.day(incident.source_published_on)}"
    return words


def _actions(
    user: User, incident: Incident, state: PageState
) -> tuple[Action | None, list[Action]]:
    """Return the most useful next action, and the others."""
    if not can_write(user):
        return None, []
    here = incident.reference
    draft, in_review = PostmortemStatus.DRAFT, PostmortemStatus.IN_REVIEW
    edit = Action("Edit details", incident_part_url("incident_edit", here), "edit", post=False)
    review = Action(
        "Request review", incident_part_url("incident_request_review", here), "eye", post=True
    )
    is_published = incident.status == PostmortemStatus.PUBLISHED
    words = "Publish the changes" if is_published else "Publish"
    publish = Action(words, incident_part_url("incident_publish", here), "send", post=True)
    reopen = Action(
        "Back to draft", incident_part_url("incident_reopen", here), "arrow-back-up", post=True
    )
    archive = Action("Archive", incident_part_url("incident_archive", here), "archive", post=False)
    offered = [edit]
    if incident.status == draft:
        offered.append(review)
    has_changes = is_published and state.last_revision > state.last_edition
    if can_publish(user) and (incident.status in (draft, in_review) or has_changes):
        offered.append(publish)
    if incident.status != draft and (can_publish(user) or not is_published):
        offered.append(reopen)
    primary = _primary(incident, offered, edit, review, publish)
    if can_archive(user, incident):
        offered.append(archive)
    return primary, [action for action in offered if action is not primary]


def _primary(
    incident: Incident, offered: list[Action], edit: Action, review: Action, publish: Action
) -> Action:
    """Return the action that advances the postmortem; editing if there is none."""
    if publish in offered and incident.status != PostmortemStatus.DRAFT:
        return publish
    return review if review in offered else edit
