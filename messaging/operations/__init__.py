"""Every write to outbox, inbox and channels."""

from messaging.operations.channels import (
    NotYours,
    TooManyChannels,
    TooManyTrials,
    add_channel,
    note_failure,
    note_success,
    remove_channel,
    reseal_channels,
    test_channel,
)
from messaging.operations.inbox import arrived, read, read_all
from messaging.operations.outbox import (
    AlreadyOnItsWay,
    Draft,
    send_again,
    write,
    write_instead,
    write_many,
)
from messaging.operations.pausing import pause_sending, resume_sending, withdraw_waiting

__all__ = [
    "AlreadyOnItsWay",
    "Draft",
    "NotYours",
    "TooManyChannels",
    "TooManyTrials",
    "add_channel",
    "arrived",
    "note_failure",
    "note_success",
    "pause_sending",
    "read",
    "read_all",
    "remove_channel",
    "reseal_channels",
    "resume_sending",
    "send_again",
    "test_channel",
    "withdraw_waiting",
    "write",
    "write_instead",
    "write_many",
]
