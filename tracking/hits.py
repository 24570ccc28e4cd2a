"""Noting that something of ours was asked for: one statement, and nothing is decided yet (tracking.judging)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from tracking.models import Hit, Tracked
from tracking.visits import Visit

EVIDENCE_WAIT = timedelta(seconds=12)  # what gives a scanner away may come after what it is to be known by
MACHINES = (Hit.Verdict.PROXY, Hit.Verdict.SCANNER)
FLOOD_WINDOW = timedelta(minutes=1)

# Whoever asks more often than people do is counted and no longer written down. Of tests nothing is, and nothing at all
# while an account has the Mailer switched off (M01).
NOTE = """
WITH asked AS (
  SELECT {asked}, (
    SELECT count(*) FROM (SELECT FROM tracking_hit h WHERE h.account_id = a.account_id AND h.tracked_id = {tracked}
      AND h.at > %(since)s AND h.link_id IS NOT DISTINCT FROM {link} LIMIT %(most)s) AS recent) AS recent_count
  FROM {tables} WHERE a.id = %(id)s),
noted AS (
  INSERT INTO tracking_hit (account_id, tracked_id, link_id, at, method, is_prefetch, user_agent, ip, judge_at, verdict,
    reason)
  SELECT account_id, tracked_id, link_id, %(at)s, %(method)s, %(is_prefetch)s, %(user_agent)s, %(ip)s::inet,
    %(judge_at)s, '', '' FROM asked WHERE kind <> 'test' AND recent_count < %(most)s
    AND EXISTS (SELECT FROM accounts_account m WHERE m.id = asked.account_id AND m.mailer_enabled))
SELECT tracked_id, target, recent_count >= %(most)s FROM asked
"""
NOTE_OPEN = NOTE.format(
    asked="a.account_id, a.id AS tracked_id, NULL::bigint AS link_id, '' AS target, a.kind",
    tracked="a.id",
    link="NULL",
    tables="tracking_tracked a",
)
NOTE_CLICK = NOTE.format(
    asked="a.account_id, a.tracked_id, a.id AS link_id,"
    " coalesce(nullif(a.target_url, ''), r.redirect_url, '') AS target, t.kind",
    tracked="a.tracked_id",
    link="a.id",
    tables="tracking_link a JOIN tracking_tracked t ON t.account_id = a.account_id AND t.id = a.tracked_id"
    " LEFT JOIN tracking_triggerlink r ON r.account_id = a.account_id AND r.id = a.trigger_link_id",
)


def note_open(tracked_id: int, visit: Visit) -> bool:
    """A letter's pixel, or a page. False when there is no such letter."""
    return _note(NOTE_OPEN, tracked_id, visit) is not None


def note_reading(tracked_id: int, visit: Visit) -> None:
    """Somebody answers a letter by its form: he has it before him, whether its pixel was shown or not. An opening that
    is known already is not counted again.
    """
    known = Hit.objects.filter(tracked=tracked_id, link=None).exclude(verdict__in=MACHINES)
    if not known.exists():
        note_open(tracked_id, visit)


def note_click(link_id: int, visit: Visit) -> str | None:
    """Where the link leads, "" when to the page that says thank you; None when there is no such link."""
    return _note(NOTE_CLICK, link_id, visit)


def _note(statement: str, row_id: int, visit: Visit) -> str | None:
    parameters: dict[str, Any] = {
        "id": row_id,
        "since": visit.at - FLOOD_WINDOW,
        "most": settings.TRACK_HITS_A_MINUTE,
        "at": visit.at,
        "method": visit.method,
        "is_prefetch": visit.is_prefetch,
        "user_agent": visit.user_agent,
        "ip": visit.ip,
        "judge_at": visit.at + EVIDENCE_WAIT,
    }
    found = _ask(statement, parameters)
    if found is None:
        return None
    tracked_id, target, is_flood = found
    if is_flood:
        Tracked.objects.filter(pk=tracked_id).update(machine_count=F("machine_count") + 1)
    return target


def _ask(statement: str, parameters: Mapping[str, Any]) -> tuple[int, str, bool] | None:
    """By one round trip: Django would ask first whether the connection is still there. If it is not, by a new one."""
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _fetch(statement, parameters)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _fetch(statement, parameters)


def _fetch(statement: str, parameters: Mapping[str, Any]) -> tuple[int, str, bool] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[int, str, bool] | None = cursor.fetchone()
        return row
