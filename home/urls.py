"""URLs of the home page."""

from django.urls import path

from home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("tour/dismiss/", views.tour_dismiss, name="tour_dismiss"),
]
