"""What a load balancer is told."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings


def test_alive_needs_nothing(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_with_database_keys_and_redis(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.django_db
def test_without_redis_it_is_slower_not_down(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_every_answer_has_a_request_id_and_forged_ones_are_replaced(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-12345"})["X-Request-ID"] == "abcdef-12345"
    assert "forged" not in client.get("/healthz", headers={"X-Request-ID": 'forged "line"'})["X-Request-ID"]
