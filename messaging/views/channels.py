"""Pages of chat channels, of a person and of teams."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Team
from accounts.requests import SignedInRequest
from core.errors import DomainError
from messaging import operations
from messaging.forms import ChannelForm
from messaging.models import Channel

FORM = ("GET", "HEAD", "POST")


@require_safe
def channel_list(request: SignedInRequest) -> HttpResponse:
    """List the person's own channels, with their failures."""
    context = {"channels": Channel.objects.filter(user=request.user).order_by("pk")}
    return render(request, "messaging/channel_list.html", context)


@require_safe
def channel_summary(request: SignedInRequest) -> HttpResponse:
    """Summarise the person's own channels in a line or two, for the profile."""
    context = {
        "channels": Channel.objects.filter(user=request.user).order_by("pk"),
        "is_chatting": request.user.digest_by == "chat",
    }
    return render(request, "messaging/_channel_summary.html", context)


@require_safe
def team_channel_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """A team's channels, for its lead and administrators."""
    team = _team(request, slug)
    context = {"team": team, "channels": team.channels.order_by("pk")}
    return render(request, "messaging/team_channel_list.html", context)


@never_cache
@require_http_methods(FORM)
def channel_add(request: SignedInRequest) -> HttpResponse:
    """A new channel of one's own."""
    return _add(request, None)


@never_cache
@require_http_methods(FORM)
def team_channel_add(request: SignedInRequest, slug: str) -> HttpResponse:
    """A new channel of a team."""
    return _add(request, _team(request, slug))


def _add(request: SignedInRequest, team: Team | None) -> HttpResponse:
    form = ChannelForm(request.POST or None, person=request.user)
    if form.is_valid():
        try:
            channel = operations.add_channel(
                **form.cleaned_data, team=team, by=request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, f"“{channel.name}” is saved. Send a test message to try it.")
            return redirect(_list_of(channel))
    context = {"form": form, "team": team, "back_url": _list_url(team)}
    return render(
        request, "messaging/channel_add.html", context, status=422 if form.is_bound else 200
    )


@require_POST
def channel_test(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say hello there, and tell the person what came of it."""
    channel = _channel(request, pk)
    try:
        operations.test_channel(channel, by=request.user, at=timezone.now())
    except operations.TooManyTrials as error:
        messages.warning(request, str(error))
    except DomainError as error:
        messages.error(request, f"“{channel.name}” did not accept the message. {error}")
    else:
        messages.success(request, f"“{channel.name}” accepted the message. Check that it arrived.")
    return redirect(_list_of(channel))


@require_http_methods(FORM)
def channel_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then forget it with its address."""
    channel = _channel(request, pk)
    if request.method == "POST":
        operations.remove_channel(channel, by=request.user, at=timezone.now())
        messages.success(request, f"“{channel.name}” is removed, and its address is deleted.")
        return redirect(_list_of(channel))
    context = {"channel": channel, "back_url": _list_of(channel)}
    return render(request, "messaging/channel_remove.html", context)


def _channel(request: SignedInRequest, pk: int) -> Channel:
    managed = Channel.objects.manageable_by(request.user).select_related("team", "user")
    return get_object_or_404(managed, pk=pk)


def _team(request: SignedInRequest, slug: str) -> Team:
    team = get_object_or_404(Team, slug=slug)
    if not request.user.is_administrator and team.lead_id != request.user.pk:
        raise PermissionDenied("Only the team’s lead and administrators may see its channels.")
    return team


def _list_of(channel: Channel) -> str:
    return _list_url(channel.team)


def _list_url(team: Team | None) -> str:
    return reverse("team_channel_list", args=[team.slug]) if team else reverse("channel_list")
