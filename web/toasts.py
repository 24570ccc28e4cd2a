"""Short words at the foot of the page after an htmx request. Full pages use django.contrib.messages instead."""

from django.http import HttpResponse
from django_htmx.http import trigger_client_event


def toast(response: HttpResponse, text: str, *, tone: str = "", undo_url: str = "", seconds: int = 5) -> HttpResponse:
    """`undo_url` adds a button that POSTs there while the toast stands."""
    facts = {"text": text, "tone": tone, "undo": undo_url, "seconds": seconds}
    return trigger_client_event(response, "toast", facts)


def close_dialog(response: HttpResponse) -> HttpResponse:
    return trigger_client_event(response, "close-dialog", {})
