"""`colleagues/`: whom a card, a task or a stage can name, for every member. How they are set up is told in `users/`."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.members import get_colleague
from accounts.models import ApiToken, Membership
from api.ids import IdField
from api.resources.people import AvailabilityField
from api.viewsets import MemberViewSet


class NamedMemberSerializer(serializers.Serializer[Membership]):
    """A member as colleagues know them."""

    id = IdField(source="pk")
    name = serializers.CharField(read_only=True)
    is_active = serializers.BooleanField(read_only=True, help_text="Who has left is still named on old cards.")
    availability = AvailabilityField()


class ColleagueView(MemberViewSet):
    """The people of the account, yourself among them: their ids are the `responsible` of cards and tasks."""

    queryset = Membership.objects
    serializer_class = NamedMemberSerializer
    read_scope = ApiToken.Scope.CONTACTS_READ

    def list(self, request: Request) -> Response:
        return self.respond_list(Membership.objects.select_related("user"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_colleague(pk)).data)
