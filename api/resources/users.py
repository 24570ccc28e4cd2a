"""`users/`: the people of the account, for administrators."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.availability import set_availability
from accounts.groups import set_groups_of
from accounts.members import RightsChanges, get_colleague
from accounts.models import ApiToken, Invitation, Membership
from accounts.services import invite, list_invitations, withdraw_invitation
from api.exact import checked
from api.idempotency import idempotent
from api.ids import IdField, RowIdField
from api.permissions import ANY_TOKEN, granted_scopes
from api.resources.people import AvailabilityField, GroupsField, MailAccessField
from api.viewsets import MemberViewSet
from mailboxes.leaving import Decision, Fate, deactivate
from mailboxes.mail_access import change_user
from mailboxes.models import Mailbox

INVITATION = "invitation-"  # before its number: nobody takes it for the id of a user


class PersonalMailboxSerializer(serializers.Serializer[Mailbox]):
    """All that administrators are told of it, so that they can decide about it (G11)."""

    id = IdField(source="pk")
    address = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(Mailbox.State.choices, read_only=True)


class ColleagueSerializer(serializers.Serializer[Membership]):
    """A member as they are set up."""

    id = IdField(source="pk")
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(Membership.Role.choices)
    mail_access_all = serializers.BooleanField(help_text="Uses every shared mailbox: the “Mail” tick.")
    mail_access = MailAccessField(help_text="The tick narrowed to these shared mailboxes, by their ids.")
    mailer_access = serializers.BooleanField(help_text="Uses the Mailer. Administrators always do.")
    groups = GroupsField(help_text="The ids of the groups they are in.")
    is_active = serializers.BooleanField(help_text="Deactivated members cannot come in; see also `deactivate/`.")
    availability = AvailabilityField()


class UserSerializer(ColleagueSerializer):
    """A member as administrators see and change them."""

    personal_mailboxes = PersonalMailboxSerializer(
        many=True, read_only=True, help_text="To be decided about when they leave: see `deactivate/`."
    )


@extend_schema_field({"type": "string"})
class InvitationIdField(IdField):
    def to_representation(self, value: int) -> str:
        return f"{INVITATION}{value}"


class InvitationSerializer(serializers.Serializer[Invitation]):
    """A link that makes one person a member. Its secret is shown once."""

    id = InvitationIdField(source="pk", help_text="For `users/invitations/{id}/`: there is no user yet.")
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(
        max_length=150, required=False, allow_blank=True, help_text="They may change it when they come."
    )
    role = serializers.ChoiceField(Membership.Role.choices, default=Membership.Role.USER)
    mail_access_all = serializers.BooleanField(default=True)
    mailer_access = serializers.BooleanField(default=False)
    expires_at = serializers.DateTimeField(read_only=True)


class NewInvitationSerializer(InvitationSerializer):
    """A new invitation with the secret of its link; null when the answer is repeated by an Idempotency-Key."""

    secret = serializers.CharField(read_only=True, allow_null=True)


class AvailabilityChoiceSerializer(serializers.Serializer[Any]):
    availability = serializers.ChoiceField(Membership.Availability.choices)


class DecisionSerializer(serializers.Serializer[Any]):
    """What becomes of one personal mailbox.

    `owner`: the id of the user who gets it, with `hand_over`; `confirm`: the address of the mailbox, with `delete`,
    where a person typed it: another one is refused.
    """

    mailbox = RowIdField()
    fate = serializers.ChoiceField([(fate.value, fate.value) for fate in Fate])
    owner = RowIdField(required=False, allow_null=True, default=None)
    confirm = serializers.CharField(required=False, allow_blank=True, max_length=320)


class DeactivationSerializer(serializers.Serializer[Any]):
    """Mailboxes that are not named are paused."""

    mailboxes = DecisionSerializer(many=True, required=False, default=list)

    def decisions(self) -> dict[int, Decision]:
        rows = self.validated_data["mailboxes"]
        return {row["mailbox"]: Decision(Fate(row["fate"]), row["owner"], row.get("confirm")) for row in rows}


class UserView(MemberViewSet):
    """The people of the account."""

    queryset = Membership.objects
    serializer_class = UserSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    needs_fresh_sign_in = True

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        return NewInvitationSerializer if self.action == "create" else UserSerializer

    def list(self, request: Request) -> Response:
        people = Membership.objects.select_related("user").prefetch_related("mail_access", "groups", _mailboxes())
        return self.respond_list(people)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self._respond(get_colleague(pk))

    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        member, data = get_colleague(pk), self.checked_data(partial=True)
        rights = RightsChanges(data.get("role"), data.get("is_active"), data.get("mailer_access"))
        change_user(self.member, member, rights, all=data.get("mail_access_all"), mailboxes=data.get("mail_access"))
        if "groups" in data:
            set_groups_of(self.member, member, data["groups"])
        return self._respond(member)

    @extend_schema(description="Deactivates a user: all their personal mailboxes are paused. See also `deactivate/`.")
    def destroy(self, request: Request, pk: str) -> Response:
        deactivate(self.member, get_colleague(pk), {})
        return Response(status=204)

    @extend_schema(description="Invites a person. Give them the link `/invitations/SECRET/` yourself.")
    @idempotent(hidden=("secret",))
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        invitation, secret = invite(self.member, **data)
        return Response({**self.get_serializer(invitation).data, "secret": secret}, status=201)

    @extend_schema(
        description="Your own availability, with every token; somebody else's needs the scope `admin`.",
        request=AvailabilityChoiceSerializer,
        responses=ColleagueSerializer,
    )
    @action(detail=True, methods=["post"], write_scope=ANY_TOKEN, needs_fresh_sign_in=False)
    def availability(self, request: Request, pk: str) -> Response:
        person = get_colleague(pk)
        if person.pk != self.member.pk and ApiToken.Scope.ADMIN not in granted_scopes(request):
            raise PermissionDenied
        given = checked(AvailabilityChoiceSerializer(data=request.data))
        person = set_availability(self.member, person, given["availability"])
        return Response(ColleagueSerializer(person).data)

    @extend_schema(
        description="Shuts a user out at once, and says what becomes of each of their personal mailboxes: `pause`, "
        "`disconnect` (the mail stays), `delete` (with its mail), `hand_over` (only one that its owner shared with the "
        "administrators). Their tokens end, and what they have queued is canceled.",
        request=DeactivationSerializer,
        responses=UserSerializer,
    )
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        given = DeactivationSerializer(data=request.data)
        checked(given)
        return self._respond(deactivate(self.member, get_colleague(pk), given.decisions()))

    def _respond(self, member: Membership) -> Response:
        prefetch_related_objects([member], _mailboxes())
        return Response(UserSerializer(member).data)


def _mailboxes() -> Prefetch[str]:
    return Prefetch("mailboxes", Mailbox.objects.to_decide_about().order_by("address_key"), "personal_mailboxes")


class InvitationView(MemberViewSet):
    """Invited people who have not come yet. Make one by `POST users/`."""

    queryset = Invitation.objects
    serializer_class = InvitationSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN
    needs_fresh_sign_in = True

    def list(self, request: Request) -> Response:
        return self.respond_list(list_invitations(self.member))

    def destroy(self, request: Request, pk: str) -> Response:
        withdraw_invitation(self.member, pk.removeprefix(INVITATION))
        return Response(status=204)
