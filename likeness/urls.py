"""Similar incidents and pattern suggestions."""

from django.urls import path

from likeness import views

urlpatterns = [
    path("similar/", views.similar_while_writing, name="similar_while_writing"),
    path("similar/<str:reference>/", views.incident_similar, name="incident_similar"),
    path(
        "similar/<str:reference>/decide/",
        views.incident_similar_decide,
        name="incident_similar_decide",
    ),
    path("patterns/<str:reference>/", views.pattern_suggestions, name="pattern_suggestions"),
    path(
        "patterns/<str:reference>/decide/",
        views.pattern_suggestion_decide,
        name="pattern_suggestion_decide",
    ),
]
