"""How notifications reach the bot: time, order, retries, signing, posting."""

from harness.delivery.clock import Clock, RealClock, VirtualClock
from harness.delivery.http import HttpPost
from harness.delivery.outbox import CallbackRefused, Delivery, Notification, Outbox, Post, Result
from harness.delivery.settings import (
    DeliverySettings,
    Kind,
    Order,
    kind_of_resource,
    settings_from_json,
    settings_to_json,
)
from harness.delivery.signing import Forgery, Signer, can_sign, signed

__all__ = [
    "CallbackRefused",
    "Clock",
    "Delivery",
    "DeliverySettings",
    "Forgery",
    "HttpPost",
    "Kind",
    "Notification",
    "Order",
    "Outbox",
    "Post",
    "RealClock",
    "Result",
    "Signer",
    "VirtualClock",
    "can_sign",
    "kind_of_resource",
    "settings_from_json",
    "settings_to_json",
    "signed",
]
