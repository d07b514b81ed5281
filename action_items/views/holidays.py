"""Holidays without reminders, managed by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Holiday
from accounts.requests import SignedInRequest
from action_items.forms.reminder_policy import HolidaysForm
from action_items.operations import reminder_policies
from core.templatetags.ui import counted
from incidents.permissions import require

PAGE = 50


@require_safe
def holiday_list(request: SignedInRequest) -> HttpResponse:
    """List holidays from today on, or with `past` earlier ones, for everybody and for teams."""
    _require_administrator(request)
    return _answer(request, HolidaysForm())


@require_POST
def holiday_add(request: SignedInRequest) -> HttpResponse:
    """Add holidays from lines or from a calendar file."""
    _require_administrator(request)
    form = HolidaysForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, form, status=422)
    count = reminder_policies.add_holidays(
        form.found, team=form.cleaned_data["team"], by=request.user, at=timezone.now()
    )
    messages.success(request, f"{counted(count, 'new holiday')} added.")
    return redirect("holiday_list")


@require_POST
def holiday_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a holiday."""
    _require_administrator(request)
    holiday = get_object_or_404(Holiday, pk=pk)
    reminder_policies.remove_holiday(holiday, by=request.user, at=timezone.now())
    messages.success(request, f"{holiday} is removed.")
    return redirect("holiday_list")


def _answer(request: SignedInRequest, form: HolidaysForm, *, status: int = 200) -> HttpResponse:
    is_past = "past" in request.GET
    today = timezone.localdate()
    days = Holiday.objects.select_related("team")
    shown = days.filter(on__lt=today).order_by("-on") if is_past else days.filter(on__gte=today)
    context = {
        "form": form,
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "is_past": is_past,
        "nav": "reminders",
    }
    return render(request, "action_items/reminders/holiday_list.html", context, status=status)


def _require_administrator(request: SignedInRequest) -> None:
    require(request.user.is_administrator, "Only administrators may change reminders and holidays.")
