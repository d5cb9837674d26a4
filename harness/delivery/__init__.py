"""How notifications reach the bot: time, order, retries, posting."""

from harness.delivery.clock import Clock, RealClock, VirtualClock
from harness.delivery.http import HttpPost
from harness.delivery.outbox import CallbackRefused, Delivery, Notification, Outbox, Post, Result
from harness.delivery.settings import DeliverySettings, Kind, Order, settings_from_json, settings_to_json

__all__ = [
    "CallbackRefused",
    "Clock",
    "Delivery",
    "DeliverySettings",
    "HttpPost",
    "Kind",
    "Notification",
    "Order",
    "Outbox",
    "Post",
    "RealClock",
    "Result",
    "VirtualClock",
    "settings_from_json",
    "settings_to_json",
]
