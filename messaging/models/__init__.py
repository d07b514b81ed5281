from messaging.models.channel import Channel, ChannelKind, ChannelTrial
from messaging.models.message import Message, Route
from messaging.models.pause import SendingPause

__all__ = ["Channel", "ChannelKind", "ChannelTrial", "Message", "Route", "SendingPause"]
