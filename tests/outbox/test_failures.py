"""What a failed attempt means: tried again, failed for good, held or unknown, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailkit import errors
from mailkit.errors import MailError
from outbox.advice import BY_CODE, advice_for
from outbox.failures import MAX_ATTEMPTS, code_of_reply, judge, pause_after
from outbox.states import State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.rule("M90", "G04")
@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (errors.ConnectionFailed("lost"), State.RETRY, "no_connection"),
        (errors.TemporaryMailError("later", code=451, reply="4.7.1 greylisted by policy"), State.RETRY, "try_later"),
        (errors.ServerThrottled("slow", code=421, reply="too many connections"), State.RETRY, "throttled"),
        (errors.OutcomeUnknown("cut"), State.UNKNOWN, "unknown"),
        (errors.LoginRefused("no", code=535, reply="5.7.8 bad credentials"), State.RETRY, "auth"),
        (errors.LoginRefused("no", reason="grant_ended"), State.HELD, "auth"),
        (errors.LetterRefused("no", code=554, reply="5.7.1 rejected as spam"), State.FAILED, "spam"),
        (errors.LetterRefused("no", code=552, reply="5.3.4 message too big"), State.FAILED, "too_large"),
        (errors.LetterRefused("no", code=550, reply="5.4.5 Daily user sending limit"), State.RETRY, "daily_limit"),
        (errors.ServerThrottled("slow", step="rcpt", code=450, reply="4.2.1 too many"), State.RETRY, "try_later"),
        (errors.ServerThrottled("slow", step="rcpt", code=421, reply="too many messages"), State.RETRY, "throttled"),
        (errors.TlsRefused("certificate"), State.FAILED, "tls_refused"),
        (errors.HostRefused("private"), State.FAILED, "host_refused"),
        (errors.UnsafeText("line break"), State.FAILED, "unsafe_text"),
        (errors.ProtocolViolated("garbage"), State.FAILED, "server_fault"),
    ],
)
def test_each_kind_of_failure_has_its_consequence(error: MailError, state: State, code: str) -> None:
    verdict = judge(error, attempts=1, now=NOW)
    assert (verdict.state, verdict.code) == (state, code)


@pytest.mark.rule("M94")
@pytest.mark.parametrize(
    ("code", "reply", "expected"),
    [
        (550, "5.1.1 <x@y.example>: user unknown", "invalid_address"),
        (550, "no such user here", "invalid_address"),
        (550, "", "invalid_address"),
        (552, "5.2.2 mailbox full", "quota"),
        (452, "4.2.2 over quota", "quota"),
        (554, "5.7.1 [CS] Message blocked", "spam"),
        (554, "", "spam"),
        (550, "5.7.26 unauthenticated mail is prohibited by policy", "spam"),
        (553, "5.7.1 sender address rejected: not owned by user", "sender_refused"),
        (530, "5.7.0 Authentication required", "auth"),
        (552, "", "too_large"),
        (552, "Message size limit exceeded", "too_large"),
        (552, "5.2.2 quota limit exceeded per day", "quota"),
        (550, "Your daily sending quota is used up", "daily_limit"),
        (571, "something else", "refused"),
    ],
)
def test_the_servers_answer_is_understood(code: int, reply: str, expected: str) -> None:
    assert code_of_reply(code, reply) == expected


@pytest.mark.rule("M90")
def test_temporary_failures_are_tried_for_a_day_with_growing_pauses() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert [pause / timedelta(minutes=1) for pause in pauses[:5]] == [1, 5, 15, 60, 60]
    assert timedelta(hours=23) < sum(pauses, timedelta()) <= timedelta(hours=24)
    last = judge(errors.ConnectionFailed("lost"), attempts=MAX_ATTEMPTS, now=NOW)
    assert (last.state, last.code) == (State.FAILED, "no_connection")


def test_a_provider_whose_limit_is_used_up_is_asked_again_every_hour_for_a_day() -> None:
    limit = errors.LetterRefused("no", code=550, reply="5.4.5 Daily sending limit exceeded")
    assert judge(limit, attempts=9, now=NOW).due_at == NOW + timedelta(hours=1)
    assert judge(limit, attempts=MAX_ATTEMPTS, now=NOW).state == State.FAILED


def test_the_server_may_ask_for_a_longer_pause() -> None:
    throttled = errors.ServerThrottled("slow", retry_after=600)
    assert judge(throttled, attempts=1, now=NOW).due_at == NOW + timedelta(minutes=10)


def test_the_servers_own_words_are_kept() -> None:
    verdict = judge(errors.LetterRefused("no", code=554, reply="5.7.1 rejected\r\n as spam"), attempts=1, now=NOW)
    assert verdict.detail == "554 5.7.1 rejected as spam"


@pytest.mark.rule("M90", "M94")
def test_every_code_says_what_happened_and_what_to_do() -> None:
    assert all(str(advice.what) and str(advice.do) for advice in BY_CODE.values())
    assert advice_for("") is None
    assert advice_for("never heard of") == BY_CODE["refused"]
