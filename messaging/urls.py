"""The inbox, channels, the outbox for administrators, and the way out of reminders."""

from django.urls import path

from messaging import views

urlpatterns = [
    # The inbox
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/", views.inbox_message, name="inbox_message"),
    path("inbox/<int:pk>/read/", views.inbox_message_read, name="inbox_message_read"),
    # Channels
    path("channels/", views.channel_list, name="channel_list"),
    path("channels/add/", views.channel_add, name="channel_add"),
    path("channels/summary/", views.channel_summary, name="channel_summary"),
    path("channels/<int:pk>/test/", views.channel_test, name="channel_test"),
    path("channels/<int:pk>/remove/", views.channel_remove, name="channel_remove"),
    path("teams/<slug:slug>/channels/", views.team_channel_list, name="team_channel_list"),
    path("teams/<slug:slug>/channels/add/", views.team_channel_add, name="team_channel_add"),
    # The outbox, for administrators
    path("messages/", views.message_list, name="message_list"),
    path("messages/<int:pk>/", views.message_detail, name="message_detail"),
    path("messages/<int:pk>/send-again/", views.message_send_again, name="message_send_again"),
    path("sending/resume/", views.sending_resume, name="sending_resume"),
    # From a mail
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
