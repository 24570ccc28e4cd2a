"""The OpenAPI document: what DRF's classes do not say by themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from api.idempotency import HEADER
from api.permissions import ANY_TOKEN, required_scope
from api.problems import MEDIA_TYPE, TITLES
from api.versions import HEADER as IF_MATCH

BASE = "/api/v1/"
# What is counted (mailboxes.limits): it asks mail servers or the DNS, or renders letters.
LIMITED = {
    *(("GET", path) for path in ("mailboxes/{id}/domain/", "mailings/{id}/checks/")),
    *(("POST", f"{path}/{{id}}/preview/") for path in ("drafts", "mailings", "pages", "templates")),
    *(("POST", f"{path}/{{id}}/test/") for path in ("mailboxes", "mailings", "templates")),
    *(("POST", f"mailboxes/{path}/") for path in ("detect", "oauth/start", "test", "{id}/aliases", "{id}/oauth/start")),
    *(("POST", path) for path in ("mailings/{id}/start/", "signatures/preview/", "templates/import/")),
    *(("POST", "mailboxes/"), ("PATCH", "mailboxes/{id}/"), ("POST", "mailboxes/{id}/reconnect/")),
}


class ProblemErrorSerializer(serializers.Serializer[Any]):
    """One wrong value."""

    pointer = serializers.CharField(help_text="Where in the body, as a JSON pointer: `#/imap/host`.")
    code = serializers.CharField()
    detail = serializers.CharField(help_text="What to do, in the member's language.")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error as RFC 9457 has it."""

    type = serializers.CharField(help_text="`urn:crm-mail:problem:` and the kind of problem: what programs compare.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The path that was asked.")
    request_id = serializers.CharField(help_text="Name it when you ask who runs the service.")
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]


class ProblemAutoSchema(AutoSchema):
    """Adds the errors that a call can answer, the scope it needs and the idempotency key."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's signature, not DRF's
        scope = required_scope(self.view, self.method)
        needs = f"Needs the scope `{scope}`." if scope != ANY_TOKEN else "Works with every token."
        return f"{super().get_description()}\n\n{needs}".strip()

    def _resolve_path_parameters(self, variables: list[str]) -> list[Any]:
        """Ids are opaque strings, whatever the models' keys are."""
        return [build_parameter_type(name, {"type": "string"}, OpenApiParameter.PATH) for name in variables]

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *([_key_parameter()] if self._is_idempotent() else [])]

    def _is_idempotent(self) -> bool:
        handler = getattr(self.view, getattr(self.view, "action", None) or "", None)
        return self.method == "POST" and getattr(handler, "is_idempotent", False)

    def _get_response_bodies(self, direction: Any = "response") -> Any:  # noqa: ANN401
        bodies = super()._get_response_bodies(direction=direction)
        for status in self._error_statuses():
            body = self._get_response_for_code(ProblemSerializer, str(status), [MEDIA_TYPE], direction)
            bodies.setdefault(str(status), {**body, "description": str(TITLES[status])})
        return bodies

    def _error_statuses(self) -> list[int]:
        is_change = self.method not in SAFE_METHODS
        found = [400, 401, 403]  # 400 also to a reader: there is no such parameter
        found += [404] if "{" in self.path else []
        found += [409] if is_change else []
        found += [412] if any(getattr(one, "name", "") == IF_MATCH for one in self.get_override_parameters()) else []
        found += [413, 415] if is_change and self._get_request_body() else []
        found += [422] if self._is_idempotent() else []
        found += [429] if (self.method, self.path.removeprefix(BASE)) in LIMITED else []
        return sorted(found)


def _key_parameter() -> OpenApiParameter:
    return OpenApiParameter(
        HEADER,
        str,
        OpenApiParameter.HEADER,
        description="Any text of yours, new for each action: the same key and body act once and answer the same.",
    )


class MemberScheme(OpenApiAuthenticationExtension):
    """A token; the session of the pages works too, but is not for programs."""

    target_class = "api.authentication.MemberAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
