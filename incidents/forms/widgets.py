"""Widgets for writing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from markdownx.widgets import MarkdownxWidget


class MarkdownEditor(MarkdownxWidget):
    """A Markdown editor with a preview beside it.

    Images dropped, pasted or chosen are uploaded to the incident called `reference`; without one
    there is no upload.
    """

    template_name = "incidents/widgets/markdown_editor.html"

    def __init__(self, *, reference: str = "", rows: int = 12, placeholder: str = "") -> None:
        super().__init__(attrs={"rows": rows, "placeholder": placeholder, "class": "form-control"})
        self.reference = reference

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return forms.Textarea.render(self, name, value, attrs, renderer)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = forms.Textarea.get_context(self, name, value, attrs)
        shown = context["widget"]["attrs"]
        shown |= self.add_markdownx_attrs(shown) | {
            "data-markdownx-urls-path": reverse("markdown_preview"),
            "data-markdownx-upload-urls-path": self._upload_address(),
        }
        context["widget"]["uploads"] = bool(self.reference)
        return context

    def _upload_address(self) -> str:
        return reverse("attachment_upload", args=[self.reference]) if self.reference else ""
