"""The page of a person's own profile."""

from __future__ import annotations

import contextlib

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import operations, preferences
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.time_zones import TIME_ZONES


def profile(request: SignedInRequest) -> HttpResponse:
    """Name, address and preferences of the person signed in; ways to sign in; teams."""
    person = User.objects.get(pk=request.user.pk)  # the page keeps showing what is saved
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        operations.change_profile(person)
        messages.success(request, "Saved.")
        for warning in preferences.warnings_for(person, form.changed_data):
            messages.warning(request, warning)
        return redirect("profile")
    context = {
        "form": form,
        "time_zones": TIME_ZONES,
        "teams": request.user.teams.select_related("lead"),
        "has_second_factor": is_mfa_enabled(request.user),
    }
    return render(request, "accounts/profile.html", context)


@require_POST
def density_choose(request: SignedInRequest) -> HttpResponse:
    """Change the density of lists, and return to the list."""
    back = request.POST.get("back", "")
    with contextlib.suppress(ValidationError):
        operations.choose_density(request.user, request.POST.get("density", ""))
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()})
    # A word without a slash would be taken for the name of a page.
    return redirect(back if is_ours and back.startswith("/") else "home")
