"""`groups/`: members who work together, for administrators."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.groups import GroupChanges, change_group, create_group, delete_group, get_group
from accounts.models import ApiToken, Group
from api.idempotency import idempotent
from api.ids import IdField, RowIdField
from api.viewsets import MemberViewSet


class MembersField(serializers.ListField):
    child = RowIdField()

    def get_attribute(self, instance: Group) -> list[int]:
        return sorted(member.pk for member in instance.members.all())


class GroupSerializer(serializers.Serializer[Group]):
    """`members` are ids of `users/`; what is sent replaces all of them."""

    id = IdField(source="pk")
    name = serializers.CharField(max_length=100)
    members = MembersField(required=False)
    created_at = serializers.DateTimeField(read_only=True)


class GroupView(MemberViewSet):
    """Groups of members."""

    queryset = Group.objects
    serializer_class = GroupSerializer
    read_scope = ApiToken.Scope.ADMIN
    write_scope = ApiToken.Scope.ADMIN

    def list(self, request: Request) -> Response:
        return self.respond_list(Group.objects.prefetch_related("members"))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_group(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        group = create_group(self.member, name=data["name"], member_ids=data.get("members", []))
        return self.respond_created(group)

    def partial_update(self, request: Request, pk: str) -> Response:
        data = self.checked_data(partial=True)
        changes = GroupChanges(data.get("name"), data.get("members"))
        return Response(self.get_serializer(change_group(self.member, pk, changes)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_group(self.member, pk)
        return Response(status=204)
