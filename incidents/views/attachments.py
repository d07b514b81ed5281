"""Images in postmortems: upload and download."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from core.errors import DomainError
from incidents import permissions
from incidents.models import Attachment, Incident
from incidents.operations import attachments

FILE_POLICY = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; sandbox"


class ImageForm(forms.Form):
    """One image, in the field that the editor's script sends."""

    image = forms.FileField(max_length=255)


@require_POST
def attachment_upload(request: SignedInRequest, reference: str) -> HttpResponse:
    """Store an image for the postmortem, and return the Markdown that shows it."""
    incident = get_object_or_404(Incident.objects.visible_to(request.user), reference=reference)
    permissions.require(
        permissions.can_write(request.user), "Your role does not allow adding images."
    )
    form = ImageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(
            request, incident, error=" ".join(str(error) for error in form.errors["image"])
        )
    try:
        attachment = attachments.attach(
            incident, upload=form.cleaned_data["image"], by=request.user, at=timezone.now()
        )
    except DomainError as error:
        return _answer(request, incident, error=str(error))
    alt = attachment.name.rsplit(".", 1)[0].replace("-", " ").replace("_", " ")
    return _answer(request, incident, code=f"![{alt}]({attachment.get_absolute_url()})")


def _answer(
    request: HttpRequest, incident: Incident, *, code: str = "", error: str = ""
) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        if error:
            return JsonResponse({"image": [error]}, status=400)
        return JsonResponse({"image_code": code})
    if error:
        messages.error(request, error)
    else:
        messages.success(request, f"Uploaded. Paste this where the image belongs: {code}")
    return redirect(incident)


@require_safe
def attachment_file(request: HttpRequest, pk: uuid.UUID, name: str) -> FileResponse:
    """Serve the image to people who may see its incident, as nothing but an image."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk, name=name)
    response = FileResponse(
        attachment.file.open("rb"), filename=attachment.name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = FILE_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
