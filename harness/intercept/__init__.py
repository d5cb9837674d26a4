"""Requests of this process's Python clients answered here, and nothing else let out.

The only room that imports vcr, and the only one that touches private names of vcr and of clients.
"""

from harness.intercept.activation import InterceptionError, intercepting
from harness.intercept.answers import content
from harness.intercept.interception import Interception, RequestRefused, Responder, Violation
from harness.intercept.outside import outside
from harness.intercept.wsgi import from_wsgi

__all__ = [
    "Interception",
    "InterceptionError",
    "RequestRefused",
    "Responder",
    "Violation",
    "content",
    "from_wsgi",
    "intercepting",
    "outside",
]
