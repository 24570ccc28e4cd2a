"""Who may ask: a token, or the session of our own pages with its CSRF token; nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from tests.api.client import API, ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


def test_anonymous_is_asked_to_sign_in(anyone: ApiClient) -> None:
    answer = anyone.get("me/")
    problem_of(answer, 401, "not-authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_wrong_token_is_refused_even_beside_a_session(alice: Membership) -> None:
    client = Client(headers={"Authorization": "Bearer crm_live_wrong"})
    client.force_login(alice.user)
    problem_of(client.get(f"{API}me/"), 401, "authentication-failed")


def test_an_expired_token_is_refused(alice: Membership) -> None:
    api = ApiClient(alice)
    with tenant(alice.account_id):
        api.token.expires_at = timezone.now() - timedelta(seconds=1)
        api.token.save()
    problem_of(api.get("me/"), 401)


def test_the_token_of_a_deactivated_member_is_refused(bob: Membership) -> None:
    api = ApiClient(bob)
    with tenant(bob.account_id):
        Membership.objects.filter(pk=bob.pk).update(is_active=False)
    problem_of(api.get("me/"), 401)


def test_the_session_of_the_pages_reads(alice: Membership, client: Client) -> None:
    client.force_login(alice.user)
    assert json_of(client.get(f"{API}me/"))["user"]["email"] == "alice@acme.example"


def test_a_session_without_its_csrf_token_changes_nothing(alice: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)
    answer = client.patch(f"{API}me/", {"theme": "dark"}, content_type="application/json")
    problem_of(answer, 403)
    alice.user.refresh_from_db()
    assert alice.user.theme == "system"


def test_a_session_with_its_csrf_token_may_change(alice: Membership) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)
    client.cookies["csrftoken"] = "a" * 32
    answer = client.patch(
        f"{API}me/", {"theme": "dark"}, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert json_of(answer)["theme"] == "dark"


def test_a_token_loses_the_scope_that_its_member_lost(alice: Membership) -> None:
    api = ApiClient(alice)
    json_of(api.get("audit/"))
    with tenant(alice.account_id):
        Membership.objects.filter(pk=alice.pk).update(role=Membership.Role.USER)
    problem_of(api.get("audit/"), 403)


def test_no_cache_may_keep_an_answer(alice_api: ApiClient) -> None:
    assert alice_api.get("me/")["Cache-Control"] == "no-store"
