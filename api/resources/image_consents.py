"""`image-consents/`: whose remote images this member lets be shown."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.ids import IdField, row_id
from api.viewsets import MemberViewSet
from threads.consents import allow_images, consents_of, forbid_images, get_consent_for
from threads.models import ImageConsent


class ImageConsentSerializer(serializers.Serializer[ImageConsent]):
    """A sender. Addresses are compared without regard to case."""

    id = IdField(source="pk")
    address = serializers.EmailField(source="sender_key", max_length=320)
    created_at = serializers.DateTimeField(read_only=True)


class ImageConsentView(MemberViewSet):
    """A member's own consents, newest first. The pages show remote images in letters of these senders."""

    queryset = ImageConsent.objects
    serializer_class = ImageConsentSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    write_scope = ApiToken.Scope.MAIL_WRITE
    ordering = ("-created_at", "-id")

    def list(self, request: Request) -> Response:
        return self.respond_list(consents_of(self.member))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_consent_for(self.member, row_id(pk))).data)

    @extend_schema(description="From now on. The same sender twice is one consent.")
    def create(self, request: Request) -> Response:
        return self.respond_created(allow_images(self.member, self.checked_data()["sender_key"]))

    def destroy(self, request: Request, pk: str) -> Response:
        forbid_images(self.member, get_consent_for(self.member, row_id(pk)).sender_key)
        return Response(status=204)
