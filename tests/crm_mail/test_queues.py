"""Every queue has somebody who works on it, wherever the product runs."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path

import pytest
import yaml

from crm_mail.celery import app
from crm_mail.embedded.listeners import Listeners
from crm_mail.embedded.services import Services
from crm_mail.embedded.state import State
from crm_mail.schedule import BEAT, ROUTES
from tests.flows.conftest import QUEUES

PROJECT = Path(__file__).resolve().parents[2]


def queues_of(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


def composed() -> list[set[str]]:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return [queues_of(one["command"]) for one in services.values() if "-Q" in one.get("command", [])]


def embedded(directory: Path) -> list[set[str]]:
    state = State(directory, None)
    state.prepare()
    listeners = Listeners(*(socket.create_server(("127.0.0.1", 0)) for _ in range(5)))
    try:
        commands = [list(child.program.command) for child in Services(state, {}, None, listeners).all()]
    finally:
        listeners.close()
    return [queues_of(command) for command in commands if "-Q" in command]


@pytest.mark.rule("G07")
@pytest.mark.parametrize("place", ["composed", "embedded"])
def test_each_queue_has_its_workers_and_triggers_wait_for_nothing_else(place: str, tmp_path: Path) -> None:
    workers = composed() if place == "composed" else embedded(tmp_path)
    consumed = Counter(queue for queues in workers for queue in queues)
    assert set(consumed.values()) == {1}
    routed = {route["queue"] for route in ROUTES.values()}
    assert routed <= set(consumed) == set(QUEUES)
    assert {"automation"} in workers


def test_whatever_beat_starts_has_a_queue_of_its_own_kind() -> None:
    for entry in BEAT.values():
        queue = app.amqp.router.route({}, entry["task"])["queue"].name
        assert queue in QUEUES, entry["task"]


def test_clicks_are_judged_where_nothing_takes_long() -> None:
    assert app.amqp.router.route({}, "tracking.tasks.judge_due")["queue"].name == "automation"
    assert app.amqp.router.route({}, "tracking.tasks.forget_visitors")["queue"].name == "maintenance"
