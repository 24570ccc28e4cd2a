"""The worker hears of letters at once: of those that come together in one message, and each is a task of its own."""

from __future__ import annotations

import pytest
from kombu.exceptions import OperationalError

from smart_addresses import tasks
from smart_addresses.starting import Starter

Sent = list[tuple[str, tuple[object, ...]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What goes to the broker: the name of the task, and its arguments."""
    messages: Sent = []
    for task in (tasks.file_letter, tasks.start_each):
        monkeypatch.setattr(
            task, "apply_async", lambda arguments, name=task.name, **_options: messages.append((name, tuple(arguments)))
        )
    return messages


def test_one_alone_is_filed_at_once(sent: Sent) -> None:
    tasks.start_filing_all(1, [7])
    assert sent == [("smart_addresses.tasks.file_letter", (1, 7))]


def test_several_are_one_message_that_becomes_a_task_for_each(sent: Sent) -> None:
    tasks.start_filing_all(1, [7, 8])
    assert sent == [("smart_addresses.tasks.start_each", (1, [7, 8]))]
    sent.clear()
    tasks.start_each(1, [7, 8])
    assert sent == [("smart_addresses.tasks.file_letter", (1, number)) for number in (7, 8)]


def test_all_that_came_are_told_whatever_the_pace(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(
        "smart_addresses.starting.start_filing_all",
        lambda account_id, letter_ids: told.extend((account_id, letter_id) for letter_id in letter_ids),
    )
    starter = Starter()
    came = [(number % 3, number) for number in range(100)]
    for account_id, letter_id in came:
        starter.start(account_id, letter_id)
    starter._thread.shutdown()  # without the haste of close: all that is begun ends
    assert sorted(told) == sorted(came)


def test_without_a_broker_the_sweep_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.file_letter, "apply_async", refuse)
    tasks.start_filing_all(1, [7])
