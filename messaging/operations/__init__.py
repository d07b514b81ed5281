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
    "read",
    "read_all",
    "remove_channel",
    "reseal_channels",
    "send_again",
    "test_channel",
    "write",
    "write_instead",
    "write_many",
]
