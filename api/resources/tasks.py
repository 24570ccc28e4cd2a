"""`tasks/` and `task-types/`: what members have to do about cards."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken, Membership
from api.card_field import CardField, CardFilters
from api.domain_errors import field_error
from api.filters import BooleanFilter
from api.idempotency import idempotent
from api.ids import IdField, IdFilter, RelatedId
from api.permissions import ANY_TOKEN
from api.viewsets import MemberViewSet
from crm.access import get_task, get_task_type
from crm.models import Task, TaskType
from crm.task_types import MAX_NAME, change_type, create_type, delete_type, find_type, list_types
from crm.tasks import (
    MAX_TEXT,
    TaskValues,
    change_task,
    complete_task,
    create_task,
    delete_task,
    reopen_task,
)

MAX_POSITION = 32767  # of a small integer


@extend_schema_field({"type": "string"})
class TypeField(serializers.Field):
    """Read: its code. Written: its code or its id."""

    default_error_messages = {"does_not_exist": _("There is no kind of task with this code or id.")}

    def to_representation(self, value: TaskType) -> str:
        return value.code

    def to_internal_value(self, data: object) -> TaskType:
        found = find_type(data) if isinstance(data, str) else None
        if found is None:
            self.fail("does_not_exist")
        return found


class TaskSerializer(serializers.Serializer[Task]):
    """A task. `is_done: true` completes it, `false` opens it again; `result` says what came of it."""

    id = IdField(source="pk")
    type = TypeField(help_text="The code or the id of one of `task-types/`; the code is shown.")
    text = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True)
    due_at = serializers.DateTimeField()
    responsible = RelatedId(queryset=Membership.objects.filter(is_active=True), required=False, allow_null=True)
    card = CardField(help_text="It stays on this card.")
    is_done = serializers.BooleanField(required=False)
    result = serializers.CharField(max_length=MAX_TEXT, required=False, allow_blank=True)
    done_at = serializers.DateTimeField(read_only=True, allow_null=True)
    done_by = RelatedId(read_only=True, allow_null=True)
    created_by = RelatedId(read_only=True, allow_null=True, help_text="null: a rule of the account.")
    created_at = serializers.DateTimeField(read_only=True)


class TaskFilters(CardFilters):
    responsible = IdFilter(field_name="responsible_id")
    type = filters.CharFilter(field_name="type__code", lookup_expr="iexact", help_text="A code.")
    is_done = BooleanFilter(field_name="done_at", lookup_expr="isnull", exclude=True)
    due_after = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")


class TaskView(MemberViewSet):
    """Tasks, by their deadlines."""

    queryset = Task.objects
    serializer_class = TaskSerializer
    filterset_class = TaskFilters
    read_scope = ApiToken.Scope.CONTACTS_READ
    write_scope = ApiToken.Scope.CONTACTS_WRITE
    ordering = ("due_at", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(Task.objects.for_list())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_task(pk)).data)

    @extend_schema(description="Without a `responsible` it is yours; null gives it to nobody.")
    @idempotent()
    def create(self, request: Request) -> Response:
        data = {"responsible": self.member, **self.checked_data()}
        with transaction.atomic():
            task = create_task(data["card"], _values(data), member=self.member)
            return self.respond_created(self._finished(task, data))

    def partial_update(self, request: Request, pk: str) -> Response:
        task, data = get_task(pk), self.checked_data(partial=True)
        if "card" in data and data["card"] != task.card:
            raise field_error("card", str(_("A task stays on its card.")))
        with transaction.atomic():
            task = change_task(self.member, task, _values({**_own_values(task), **data}))
            return Response(self.get_serializer(self._finished(task, data)).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_task(get_task(pk))
        return Response(status=204)

    def _finished(self, task: Task, data: dict[str, Any]) -> Task:
        if data.get("is_done") is False:
            task = reopen_task(task)
        is_done = data.get("is_done") or task.done_at is not None
        return complete_task(self.member, task, data.get("result")) if is_done else task


class TaskTypeSerializer(serializers.Serializer[TaskType]):
    """A kind of task. Its code is made of its first name, and stays."""

    id = IdField(source="pk")
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(max_length=MAX_NAME)
    position = serializers.IntegerField(min_value=0, max_value=MAX_POSITION, required=False)


class TaskTypeView(MemberViewSet):
    """Kinds of tasks, in their order. Administrators change them."""

    queryset = TaskType.objects
    serializer_class = TaskTypeSerializer
    read_scope = ANY_TOKEN
    write_scope = ApiToken.Scope.ADMIN
    ordering = ("position", "id")

    def list(self, request: Request) -> Response:
        return self.respond_list(list_types())

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(get_task_type(pk)).data)

    @idempotent()
    def create(self, request: Request) -> Response:
        data = self.checked_data()
        task_type = create_type(self.member, data["name"])
        if "position" in data:
            task_type = change_type(self.member, task_type, **data)
        return self.respond_created(task_type)

    def partial_update(self, request: Request, pk: str) -> Response:
        task_type = get_task_type(pk)
        data = {"name": task_type.name, **self.checked_data(partial=True)}
        return Response(self.get_serializer(change_type(self.member, task_type, **data)).data)

    @extend_schema(description="409 while there are tasks of it.")
    def destroy(self, request: Request, pk: str) -> Response:
        delete_type(self.member, get_task_type(pk))
        return Response(status=204)


def _own_values(task: Task) -> dict[str, Any]:
    return {"type": task.type, "due_at": task.due_at, "text": task.text, "responsible": task.responsible}


def _values(data: dict[str, Any]) -> TaskValues:
    return TaskValues(data["type"], data["due_at"], data.get("text", ""), data["responsible"])
