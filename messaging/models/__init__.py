from messaging.models.channel import Channel, ChannelKind, ChannelTrial
from messaging.models.message import Message, Route

__all__ = ["Channel", "ChannelKind", "ChannelTrial", "Message", "Route"]
