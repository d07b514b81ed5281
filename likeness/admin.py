"""Extracted features, learned feedback and verdicts in the administration, read-only."""

from __future__ import annotations

from django.contrib import admin

from likeness.models import IncidentFeatures, PatternFeedback, SimilarityVerdict
from search.admin import ReadOnlyAdmin


@admin.register(IncidentFeatures)
class IncidentFeaturesAdmin(ReadOnlyAdmin):
    """Features of incidents."""

    list_display = ["incident", "__str__", "read_at"]
    list_select_related = ["incident"]
    search_fields = ["incident__reference", "incident__title"]


@admin.register(PatternFeedback)
class PatternFeedbackAdmin(ReadOnlyAdmin):
    """Feedback learned from decisions about patterns."""

    list_display = ["pattern", "confirmed", "dismissed", "learned_at", "__str__"]
    list_select_related = ["pattern"]
    search_fields = ["pattern__name"]


@admin.register(SimilarityVerdict)
class SimilarityVerdictAdmin(ReadOnlyAdmin):
    """Verdicts on two incidents. They are withdrawn on the incident's page."""

    list_display = ["first", "second", "verdict", "decided_by", "decided_at"]
    list_select_related = ["first", "second", "decided_by"]
    list_filter = ["verdict"]
    search_fields = ["first__reference", "second__reference"]
