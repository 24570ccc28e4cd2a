"""`letter-reports/`: what was sent, and what came of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import takes
from api.viewsets import MemberViewSet
from outbox.letter_reports import BY, ReportRow, Span, report
from outbox.mailing_access import check_mailer
from outbox.models import OutgoingMail


class ReportQuerySerializer(serializers.Serializer[Any]):
    """Days of your time zone, the last one included; at most a year."""

    by = serializers.ChoiceField([(name, name) for name in BY], default="day")
    first = serializers.DateField()
    last = serializers.DateField()


class ReportRowSerializer(serializers.Serializer[ReportRow]):
    """Letters. `opened`, `clicked`, `replied` and `bounced` are some of `sent`; opens and clicks are estimates."""

    name = serializers.CharField(help_text="A date, or the name of a template or a person; empty: without a template.")
    sent = serializers.IntegerField()
    opened = serializers.IntegerField()
    clicked = serializers.IntegerField()
    replied = serializers.IntegerField()
    bounced = serializers.IntegerField()
    failed = serializers.IntegerField()


class LetterReportView(MemberViewSet):
    """For those who use the Mailer. Letters that you may not see are not counted."""

    queryset = OutgoingMail.objects
    serializer_class = ReportRowSerializer
    read_scope = ApiToken.Scope.MAIL_READ
    pagination_class = None

    @extend_schema(
        operation_id="letter_reports", parameters=[ReportQuerySerializer], responses=ReportRowSerializer(many=True)
    )
    @takes("first", "last", "by")
    def list(self, request: Request) -> Response:
        check_mailer(self.member)
        asked = ReportQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        span = Span(asked.validated_data["first"], asked.validated_data["last"])
        return Response(self.get_serializer(report(self.member, span, by=asked.validated_data["by"]), many=True).data)
