"""A signed-in client whose sign-in is long ago."""

from django.test import Client

from accounts.freshness import SESSION_KEY


def make_stale(client: Client) -> Client:
    session = client.session
    session[SESSION_KEY] = 1.0
    session.save()
    return client
