"""A list of 50 rows by DRF, a page of 50 rows by Jinja2, an empty answer, one that inserts a row, and pages that were
saved before.

The rows are those of `?account=` in a table of their own, which has no row-level security.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.serializers import ModelSerializer

ROWS = 50
SAVED = Path(os.environ.get("BENCH_SAVED_PAGES", "/nonexistent"))


class PlainThread(models.Model):
    """A conversation with what a list shows of it."""

    account_id = models.BigIntegerField()
    mailbox_id = models.BigIntegerField()
    subject = models.TextField()
    counterpart_address = models.TextField()
    counterpart_name = models.TextField()
    snippet = models.TextField()
    message_count = models.IntegerField()
    unread_count = models.IntegerField()
    has_attachments = models.BooleanField()
    last_message_at = models.DateTimeField()

    objects: models.Manager[PlainThread] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_plain"

    def __str__(self) -> str:
        return f"plain thread {self.pk}"


class PlainHit(models.Model):
    """Somebody was here."""

    at = models.DateTimeField()

    objects: models.Manager[PlainHit] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_hit"

    def __str__(self) -> str:
        return f"plain hit {self.pk}"


class PlainSerializer(ModelSerializer[PlainThread]):
    class Meta:
        model = PlainThread
        exclude = ["account_id"]


class PlainPagination(CursorPagination):
    page_size = ROWS
    ordering = ("-last_message_at", "-id")


class PlainList(ListAPIView[PlainThread]):
    serializer_class = PlainSerializer
    pagination_class = PlainPagination

    def get_queryset(self) -> models.QuerySet[PlainThread]:
        return _rows_of(self.request)


def page(request: HttpRequest) -> HttpResponse:
    rows = list(_rows_of(request).order_by("-last_message_at", "-id")[:ROWS])
    return render(request, "list.html", {"rows": rows})


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def insert(_request: HttpRequest) -> HttpResponse:
    PlainHit.objects.create(at=timezone.now())
    return HttpResponse()


def saved(_request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse((SAVED / f"{name}.html").read_bytes())


def _rows_of(request: Any) -> models.QuerySet[PlainThread]:  # noqa: ANN401  (Django's request or DRF's)
    return PlainThread.objects.filter(account_id=request.GET["account"])


urlpatterns = [
    path("list/", PlainList.as_view()),
    path("page/", page),
    path("empty/", empty),
    path("insert/", insert),
    path("saved/<slug:name>/", saved),
]
