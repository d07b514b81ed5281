"""Search and saved searches."""

from django.urls import path

from search import views

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
]
