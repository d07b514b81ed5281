"""Markdown fields, recognisable by their help text."""

import importlib
import pkgutil

import pytest
from django import forms

import incidents.forms
import playbooks.forms
from incidents.forms.fields import MarkdownField
from playbooks.forms import MarkdownText


def form_classes():
    modules = [playbooks.forms] + [
        importlib.import_module(f"incidents.forms.{found.name}")
        for found in pkgutil.iter_modules(incidents.forms.__path__)
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, forms.BaseForm)
    }
    return sorted(found, key=lambda form: form.__qualname__)


@pytest.mark.parametrize("form", form_classes(), ids=lambda form: form.__qualname__)
def test_exactly_the_markdown_fields_mention_markdown(form):
    for name, field in form.base_fields.items():
        says_so = "Markdown" in f"{field.label} {field.help_text}"
        assert says_so == isinstance(field, MarkdownField | MarkdownText), name
