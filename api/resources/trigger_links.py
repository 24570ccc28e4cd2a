"""`trigger-links/`: links that start triggers when they are followed (M80-M83)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from accounts.numbers import MOST_CHOSEN
from api.idempotency import idempotent
from api.ids import IdField
from api.resources.trigger_choice_field import TriggerIdsField
from api.viewsets import MemberViewSet
from automation.access import check_admin, check_mailer, get_link_for
from automation.links import MAX_URL, LinkValues, change_link, code_of, create_link, delete_link, values_of
from automation.triggers import MAX_NAME
from tracking.models import TriggerLink


class TriggerLinkSerializer(serializers.Serializer[TriggerLink]):
    """A trigger link. Its `code` stands in the href of a letter or page."""

    id = IdField(source="pk")
    number = serializers.IntegerField(min_value=1, max_value=MOST_CHOSEN, required=False)
    code = serializers.SerializerMethodField()
    name = serializers.CharField(max_length=MAX_NAME)
    once = serializers.BooleanField(required=False, help_text="Only the first time, for each card.")
    redirect_url = serializers.CharField(
        max_length=MAX_URL,
        required=False,
        allow_blank=True,
        help_text="Where it leads; empty: a page says thank you.",
    )
    triggers = TriggerIdsField()
    created_at = serializers.DateTimeField(read_only=True)

    def get_code(self, link: TriggerLink) -> str:
        return code_of(link)


class TriggerLinkView(MemberViewSet):
    """Trigger links, by name. Those who use the Mailer see them, administrators change them."""

    queryset = TriggerLink.objects
    serializer_class = TriggerLinkSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("name", "id")

    def list(self, request: Request) -> Response:
        check_mailer(self.member)
        return self.respond_list(TriggerLink.objects.all())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_link_for(self.member, pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        check_admin(self.member)
        return self.respond_created(create_link(self.member, LinkValues(**self._values())))

    def partial_update(self, request: Request, pk: str) -> Response:
        link = get_link_for(self.member, pk)
        check_admin(self.member)
        changed = change_link(self.member, link, replace(values_of(link), **self._values(partial=True)))
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_link(self.member, get_link_for(self.member, pk))
        return Response(status=204)

    def _values(self, *, partial: bool = False) -> dict[str, Any]:
        data = self.checked_data(partial=partial)
        return {**data, **({"triggers": tuple(data["triggers"])} if "triggers" in data else {})}
