"""Opening a page, or following a trigger link in it, starts what is chosen for it; robots start nothing (M116)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from automation import news
from automation.models import Run, Trigger
from crm.models import Contact
from pages.links import link_for
from tests.pages.conftest import MakePage, Visit
from tests.tracking.builders import MACHINES
from tracking.models import Hit, Tracked, TriggerLink
from tracking.sums import judge_some

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_a_visit_and_a_click_each_start_their_triggers(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    opened, followed = (
        Trigger.objects.create(number=number, name=name, type="note", settings={"text": "x"})
        for number, name in ((5, "Opened"), (6, "Followed"))
    )
    TriggerLink.objects.create(number=8, name="Call me", triggers=[followed.pk])
    page = make_page('<p><a href="{triggerlink:8}">Call me</a></p>', format="html", on_open=(opened.pk,))
    url = link_for(page, card=ana)
    shown = visit(url, user_agent=FIREFOX).text
    found = re.search(r'href="([^"]+)">Call me', shown)
    assert found is not None
    visit(found[1], user_agent=FIREFOX)
    judge_all()
    made = Run.objects.order_by("trigger__number").values_list("trigger", "contact")
    assert list(made) == [(opened.pk, ana.pk), (followed.pk, ana.pk)]


@pytest.mark.rule("G07")
def test_robots_that_look_at_the_link_start_nothing(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    trigger = Trigger.objects.create(number=5, name="Opened", type="note", settings={"text": "x"})
    url = link_for(make_page(on_open=(trigger.pk,)), card=ana)
    for facts in MACHINES:
        visit(url, **{name.lower().replace("-", "_"): str(value) for name, value in facts.items()})
    judge_all()
    assert not Run.objects.exists()
    assert Tracked.objects.get().open_count == 0


def judge_all() -> None:
    """When the evidence is in, and as a worker tells it."""
    Hit.objects.update(judge_at=timezone.now() - timedelta(seconds=1))
    judge_some(timezone.now())
    news.note_waiting()
