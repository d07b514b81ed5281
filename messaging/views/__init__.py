from messaging.views.channels import (
    channel_add,
    channel_list,
    channel_remove,
    channel_summary,
    channel_test,
    team_channel_add,
    team_channel_list,
)
from messaging.views.inbox import inbox, inbox_message, inbox_message_read, inbox_read_all
from messaging.views.outbox import (
    message_detail,
    message_list,
    message_send_again,
    sending_resume,
)
from messaging.views.unsubscribing import unsubscribe

__all__ = [
    "channel_add",
    "channel_list",
    "channel_remove",
    "channel_summary",
    "channel_test",
    "inbox",
    "inbox_message",
    "inbox_message_read",
    "inbox_read_all",
    "message_detail",
    "message_list",
    "message_send_again",
    "sending_resume",
    "team_channel_add",
    "team_channel_list",
    "unsubscribe",
]
