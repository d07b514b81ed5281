"""Backups, for administrators."""

from django.urls import path

from backups import views

urlpatterns = [
    path("", views.backup_list, name="backup_list"),
    path("notice/", views.backup_notice, name="backup_notice"),
]
