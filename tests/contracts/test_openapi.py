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

from accounts.models import Membership
from accounts.tenancy import tenant
from api.schema import BASE, LIMITED
from api.urls import urlpatterns
from api.viewsets import MemberViewSet

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
            assert {"400", "401", "403"} <= set(answers), (method, path)
            assert ("409" in answers) == (method != "get"), (method, path)
            assert ("412" in answers) == any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
            assert ("415" in answers) == ("requestBody" in operation), (method, path)
            assert ("404" in answers) == ("{" in path), (method, path)
            assert operation["security"] == [{"token": []}], (method, path)
            assert all(
                "application/problem+json" in body["content"] for code, body in answers.items() if code[0] == "4"
            )


ONE_OF_EACH_KIND = "/api/v1/cards/{kind}/export.csv"  # it takes the filters of the list of that kind


@pytest.mark.django_db
def test_every_parameter_that_is_taken_is_told_of_and_no_other(alice: Membership) -> None:
    generator = SchemaGenerator(api_version="v1")
    told = generator.get_schema(request=None, public=True)["paths"]
    with tenant(alice.account_id):
        for path, _pattern, method, view in generator._get_paths_and_endpoints():
            if path == ONE_OF_EACH_KIND or not isinstance(view, MemberViewSet):
                continue
            listed = told[path.replace("{pk}", "{id}")][method.lower()].get("parameters", [])
            named = {one["name"] for one in listed if one["in"] == "query"} - {"field_NUMBER"}
            assert view.known_parameters() == named, (method, path)


def test_what_is_counted_is_there() -> None:
    paths = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)["paths"]
    limited = {
        (method.upper(), path.removeprefix(BASE))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "429" in operation["responses"]
    }
    assert limited == LIMITED


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
