"""Search, and the searches that people keep."""

from django.urls import path

from search import views
from search.views import likeness

urlpatterns = [
    path("", views.search_results, name="search_results"),
    path("facets/", views.search_facets, name="search_facets"),
    # Saved searches
    path("saved/", views.saved_search_list, name="saved_search_list"),
    path("saved/add/", views.saved_search_add, name="saved_search_add"),
    path("saved/<int:pk>/", views.saved_search_edit, name="saved_search_edit"),
    path("saved/<int:pk>/delete/", views.saved_search_delete, name="saved_search_delete"),
    path("saved/<int:pk>/feed/", views.saved_search_feed_renew, name="saved_search_feed_renew"),
    path("feeds/<str:key>/", views.saved_search_feed, name="saved_search_feed"),
    path("similar/", likeness.similar_while_writing, name="similar_while_writing"),
    path("similar/<str:reference>/", likeness.incident_similar, name="incident_similar"),
    path(
        "similar/<str:reference>/decide/",
        likeness.incident_similar_decide,
        name="incident_similar_decide",
    ),
    path("patterns/<str:reference>/", likeness.pattern_suggestions, name="pattern_suggestions"),
    path(
        "patterns/<str:reference>/decide/",
        likeness.pattern_suggestion_decide,
        name="pattern_suggestion_decide",
    ),
]
