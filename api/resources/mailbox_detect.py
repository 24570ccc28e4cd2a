"""`mailboxes/detect/`: what belongs to an address; `mailboxes/{id}/domain/`: what the DNS says of its domain."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exact import takes
from api.viewsets import MemberViewSet
from mailboxes import limits
from mailboxes.access import get_mailbox_for
from mailboxes.detecting import DetectedServer, Detection, detect_mailbox
from mailboxes.domain_report import DomainReport, DomainRow, report_domain
from mailboxes.guides import Guide
from mailboxes.models import Mailbox


class DetectSerializer(serializers.Serializer[Any]):
    """An address that is to be connected."""

    address = serializers.CharField(max_length=320)


class DetectedServerSerializer(serializers.Serializer[DetectedServer]):
    """As `imap` and `smtp` of a new mailbox take it."""

    host = serializers.CharField()
    port = serializers.IntegerField()
    security = serializers.ChoiceField(Mailbox.Security.choices)
    username = serializers.CharField()


class GuideSerializer(serializers.Serializer[Guide]):
    """What to do at the provider, in the member's language: as steps, and as one text with a line for each."""

    text = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField(allow_blank=True, help_text="The provider's help page.")


class DetectionSerializer(serializers.Serializer[Detection]):
    """`imap` and `smtp` are null when the provider has no servers that could be used; `warning` says why."""

    address = serializers.CharField()
    provider = serializers.CharField(allow_blank=True, help_text="Its key, empty when it is not known.")
    provider_name = serializers.CharField(allow_blank=True)
    auth = serializers.ChoiceField(Mailbox.SignIn.choices, help_text="The best way that is offered here.")
    oauth_provider = serializers.CharField(allow_blank=True, help_text="As `oauth/start/` takes it.")
    imap = DetectedServerSerializer(allow_null=True)
    smtp = DetectedServerSerializer(allow_null=True)
    guide = GuideSerializer()
    outgoing_ips = serializers.ListField(child=serializers.CharField())
    warning = serializers.CharField(allow_blank=True)
    found_by = serializers.ChoiceField(["table", "srv", "autoconfig", "mx", "guess"], source="source")
    is_foreign = serializers.BooleanField(
        help_text="The servers belong to somebody else than the address: ask before sending the password there."
    )


class DomainRowSerializer(serializers.Serializer[DomainRow]):
    """`name`, `type` and `record` say what to add or change at the domain's DNS; empty when nothing is to be done."""

    check = serializers.ChoiceField(["spf", "dkim", "dmarc", "mx"])
    state = serializers.ChoiceField(["ok", "warn", "bad", "unknown"])
    explanation = serializers.CharField()
    found = serializers.CharField(allow_blank=True, help_text="The records as they are, a line each.")
    name = serializers.CharField(allow_blank=True)
    type = serializers.CharField(source="kind", allow_blank=True)
    record = serializers.CharField(allow_blank=True)


class DomainReportSerializer(serializers.Serializer[DomainReport]):
    """`is_own` is false for an address at a provider of everybody, such as Gmail: nothing can be added there."""

    domain = serializers.CharField()
    is_own = serializers.BooleanField()
    warning = serializers.CharField(allow_blank=True)
    rows = DomainRowSerializer(many=True)


class MailboxDetectView(MemberViewSet):
    """What the mailboxes resource finds out by asking the DNS and the provider."""

    @extend_schema(
        request=DetectSerializer,
        responses={200: DetectionSerializer},
        description="Finds provider, servers, way of signing in and its guide by the address alone; up to six seconds. "
        "Nothing is saved and nobody is signed in. Asked too often: 429 with `Retry-After`.",
    )
    @action(detail=False, methods=["post"], serializer_class=DetectSerializer)
    def detect(self, request: Request) -> Response:
        address = self.checked_data()["address"]
        limits.check(self.member, "detect")
        return Response(DetectionSerializer(detect_mailbox(address)).data)

    @extend_schema(
        parameters=[OpenApiParameter("selector", str, description="The name of the DKIM key to look at.")],
        responses={200: DomainReportSerializer},
        description="SPF, DKIM, DMARC and MX of the domain that the mailbox sends from, explained; up to 8 seconds. "
        "Asked too often: 429 with `Retry-After`.",
    )
    @action(detail=True)
    @takes("selector")
    def domain(self, request: Request, pk: str) -> Response:
        mailbox = get_mailbox_for(self.member, pk)
        limits.check(self.member, "detect")
        report = report_domain(mailbox, selector=request.query_params.get("selector", ""))
        return Response(DomainReportSerializer(report).data)
