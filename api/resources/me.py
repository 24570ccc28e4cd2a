"""`me/`: who the token or session is, and what people set for themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import MAX_UNDO_SECONDS, ProfileChanges, change_profile
from accounts.models import ApiToken, Membership, User
from accounts.notices import KINDS
from api.ids import IdField
from api.permissions import ANY_TOKEN, granted_scopes
from api.resources.people import MailAccessField
from api.signature_field import SignatureField
from api.viewsets import MemberViewSet


class OwnAccountSerializer(serializers.Serializer[Any]):
    id = IdField(source="pk")
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)


class OwnUserSerializer(serializers.Serializer[Membership]):
    """The id is that of `users/`: a person in this account."""

    id = IdField(source="pk")
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(read_only=True)


class UndoSecondsField(serializers.IntegerField):
    """What holds for the member: their own choice, or that of this installation."""

    def get_attribute(self, instance: Membership) -> int:
        return settings.UNDO_SECONDS if instance.undo_seconds is None else instance.undo_seconds


class MeSerializer(serializers.Serializer[Membership]):
    """A member as they see themselves."""

    user = OwnUserSerializer(source="*", read_only=True)
    account = OwnAccountSerializer(read_only=True)
    role = serializers.ChoiceField(Membership.Role.choices, read_only=True)
    mail_access_all = serializers.BooleanField(read_only=True)
    mail_access = MailAccessField(read_only=True, help_text="The shared mailboxes that “Mail” is narrowed to.")
    scopes = serializers.SerializerMethodField()
    name = serializers.CharField(source="user.name", max_length=150, write_only=True)
    signature = SignatureField()
    language = serializers.ChoiceField(settings.LANGUAGES, source="user.language")
    timezone = serializers.CharField(source="user.timezone", max_length=64)
    theme = serializers.ChoiceField(User.Theme.choices, source="user.theme")
    has_shortcuts = serializers.BooleanField(
        source="user.has_shortcuts", help_text="Single keys do something in the mail screen."
    )
    undo_seconds = UndoSecondsField(
        min_value=0, max_value=MAX_UNDO_SECONDS, help_text="For so long letters written in the pages wait to be sent."
    )
    availability = serializers.ChoiceField(Membership.Availability.choices)
    notices_off = serializers.ListField(
        child=serializers.ChoiceField(KINDS), max_length=len(KINDS), help_text="Kinds that are not in `notices/`."
    )
    notices_mailed = serializers.ListField(
        child=serializers.ChoiceField(KINDS), max_length=len(KINDS), help_text="Kinds that come to your address too."
    )

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(ApiToken.Scope.choices)))
    def get_scopes(self, _member: Membership) -> list[str]:
        return sorted(granted_scopes(self.context["request"]))


class MeView(MemberViewSet):
    """Yourself."""

    serializer_class = MeSerializer
    read_scope = ANY_TOKEN
    write_scope = ApiToken.Scope.MAIL_WRITE  # the signature goes out with letters
    pagination_class = None

    @extend_schema(operation_id="me_get")
    def retrieve(self, request: Request) -> Response:
        return Response(self.get_serializer(self.member).data)

    @extend_schema(operation_id="me_change")
    def partial_update(self, request: Request) -> Response:
        data = self.checked_data(partial=True)
        of_user = data.pop("user", {})
        member = change_profile(self.member, ProfileChanges(**data, **of_user))
        return Response(self.get_serializer(member).data)
