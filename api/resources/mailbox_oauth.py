"""`mailboxes/oauth/start/`: connecting a mailbox by signing in at its provider's page (K03)."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.middleware import TenantRequest
from api.ids import RowIdField
from api.viewsets import MemberViewSet
from mailboxes.access import get_managed_mailbox_for
from mailboxes.models import Mailbox
from mailboxes.oauth import SignInRequest, browser_of, start_reconnecting, start_sign_in
from mailkit.oauth_providers import PROVIDERS


class ReconnectByOAuthSerializer(serializers.Serializer[Any]):
    """Where to sign in again."""

    provider = serializers.ChoiceField(sorted(PROVIDERS))


class StartOAuthSerializer(ReconnectByOAuthSerializer):
    """What a new mailbox shall be. `address`: whose sign-in is expected; left out: whoever signs in."""

    kind = serializers.ChoiceField(Mailbox.Kind.choices)
    address = serializers.CharField(required=False, default="", allow_blank=True, max_length=320)
    display_name = serializers.CharField(required=False, default="", allow_blank=True, max_length=150)
    shared_with_admins = serializers.BooleanField(required=False, default=False)
    first_import = serializers.ChoiceField(
        Mailbox.FirstImport.choices, required=False, default=Mailbox.FirstImport.RECENT
    )
    owner = RowIdField(source="owner_id", required=False, default=None, help_text="A user; administrators only (M02).")


class AuthorizeUrlSerializer(serializers.Serializer[Any]):
    """Open it in a browser where this user is signed in here: the way back ends on a page, within ten minutes."""

    authorize_url = serializers.URLField()


class MailboxOAuthView(MemberViewSet):
    """The way to a provider's sign-in page; a page finishes it."""

    @extend_schema(
        operation_id="mailboxes_oauth_start",
        request=StartOAuthSerializer,
        responses={200: AuthorizeUrlSerializer},
        description="Begins connecting a mailbox by the provider's own sign-in page. Nothing is saved before somebody "
        "has signed in there; the mailbox is the one they signed in to.",
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="oauth/start",
        url_name="oauth-start",
        serializer_class=StartOAuthSerializer,
    )
    def oauth_start(self, request: Request) -> Response:
        asked = SignInRequest(**self.checked_data())
        url = start_sign_in(self.member, asked, browser=_browser_of(request))
        return Response(AuthorizeUrlSerializer({"authorize_url": url}).data)

    @extend_schema(
        operation_id="mailboxes_oauth_reconnect",
        request=ReconnectByOAuthSerializer,
        responses={200: AuthorizeUrlSerializer},
        description="The same for a mailbox that is connected, or was: what is imported stays.",
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="oauth/start",
        url_name="oauth-reconnect",
        serializer_class=ReconnectByOAuthSerializer,
    )
    def oauth_reconnect(self, request: Request, pk: str) -> Response:
        get_managed_mailbox_for(self.member, pk)  # nothing is said of the body to those who may not know of it
        provider = self.checked_data()["provider"]
        url = start_reconnecting(self.member, pk, provider, browser=_browser_of(request))
        return Response(AuthorizeUrlSerializer({"authorize_url": url}).data)


def _browser_of(request: Request) -> str:
    """A program has no browser session: whoever is signed in as its member comes back."""
    asked = cast("TenantRequest", request)  # DRF's request passes on what the middleware has set
    return "" if asked.token else browser_of(asked.session)
