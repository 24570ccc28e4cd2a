"""The schema is valid, complete, and the one that is committed: a changed API shows in the diff."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from api.urls import urlpatterns

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
TO_RENEW = "renew it: ./crm-mail manage spectacular --api-version v1 --file docs/openapi.yaml"


def generated() -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command("spectacular", "--validate", "--fail-on-warn", "--api-version", "v1", stdout=out)
    return out.getvalue()


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    assert generated() == COMMITTED.read_text(encoding="utf-8"), TO_RENEW


def test_it_holds_every_path() -> None:
    """NamespaceVersioning once made it empty without a word."""
    paths = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)["paths"]
    assert len(urlpatterns) > 3
    assert len(paths) >= 40


def test_each_operation_says_how_it_is_refused() -> None:
    schema = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"401", "403"} <= set(answers), (method, path)
            assert ("404" in answers) == ("{" in path), (method, path)
            assert operation["security"] == [{"token": []}], (method, path)
            assert all(
                "application/problem+json" in body["content"] for code, body in answers.items() if code[0] == "4"
            )


def test_no_password_is_ever_read() -> None:
    components = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)["components"]["schemas"]
    for name, component in components.items():
        field = component.get("properties", {}).get("password")
        assert field is None or field.get("writeOnly"), name


@pytest.mark.django_db
def test_anybody_may_read_schema_and_docs(client: Client) -> None:
    schema = client.get("/api/schema/", {"format": "json"})
    assert len(json.loads(schema.content)["paths"]) >= 40
    for path in ("/api/docs/", "/api/redoc/"):
        page = client.get(path)
        assert page.status_code == 200
        assert b"https://" not in page.content, path  # nothing from strangers
        assert b"<script>" not in page.content, path  # the policy would refuse it
        assert "style-src 'self' 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "unsafe-inline'" not in client.get("/api/schema/")["Content-Security-Policy"].replace(
        "style-src-attr 'unsafe-inline'", ""
    )
