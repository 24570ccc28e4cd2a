"""Letters that would send one another without end are refused when anything is saved that leads to them (M98, G08).

A graph over everything that can lead from one letter to the next:

    template ── its triggers, by event ──> trigger ── sends ──> template
    template, page ── {triggerlink:8} ──> trigger link ──> trigger
    template, page ── {web:3} ──> page ── when it is opened ──> trigger
    trigger ── puts {web:3} into a field ──> page
    trigger ── moves the lead ──> stage ── its actions ──> template
    trigger ── creates a lead ──> stage, for new ones ── its actions ──> template

Triggers that are switched off count: switching one on must not close a circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.tenancy import current_account_id
from automation.errors import CycleFound
from automation.models import Run, StageAction, Trigger
from crm.models import Stage
from letter_templates.models import Template
from letter_templates.trigger_choice import read_choice
from pages.models import Page
from tracking.models import TriggerLink

# Addresses are stored percent-encoded by some editors.
_LINK = re.compile(r"(?:\{|%7B)triggerlink(?::|%3A)(\d{1,9})(?:\}|%7D)", re.IGNORECASE)
_PAGE = re.compile(r"(?:\{|%7B)web(?::|%3A)(\d{1,9})(?:\}|%7D)", re.IGNORECASE)

Node = tuple[str, int]  # ("template", 7)
Saved = Trigger | TriggerLink | Template | Page | StageAction


@dataclass(slots=True)
class Graph:
    """`edges`: where a node leads, each with the event that leads there, "" for none."""

    names: dict[Node, str] = field(default_factory=dict)
    edges: dict[Node, list[tuple[str, Node]]] = field(default_factory=dict)

    def add(self, node: Node, name: str, *edges: tuple[str, Node]) -> None:
        self.names[node] = name
        self.edges.setdefault(node, []).extend(edges)

    def circle_through(self, start: Node) -> list[tuple[str, Node]]:
        """The steps from a node back to itself; none when there is no way back."""
        came_from: dict[Node, tuple[str, Node]] = {}
        waiting = [start]
        while waiting:
            node = waiting.pop(0)
            for event, following in self.edges.get(node, []):
                if following == start:
                    return [*_way(came_from, start, node), (event, start)]
                if following in self.names and following not in came_from:
                    came_from[following] = (event, node)
                    waiting.append(following)
        return []


def _way(came_from: dict[Node, tuple[str, Node]], start: Node, end: Node) -> list[tuple[str, Node]]:
    steps: list[tuple[str, Node]] = []
    while end != start:
        event, before = came_from[end]
        steps.insert(0, (event, end))
        end = before
    return steps


def refuse_cycles(saved: Saved) -> None:
    """In the transaction that has just written it. One at a time in an account: two halves of a circle, saved at once,
    would not see each other. Raises CycleFound.
    """
    Account.objects.select_for_update(no_key=True).get(pk=current_account_id())
    graph = _graph()
    for start in _nodes_of(saved):
        circle = graph.circle_through(start)
        if circle:
            raise _found(graph, start, circle)


def _nodes_of(saved: Saved) -> Sequence[Node]:
    if isinstance(saved, StageAction):
        return [("stage", saved.stage_id), ("new in stage", saved.stage_id)]
    return [(_KINDS[type(saved)], saved.pk)]


_KINDS: dict[type, str] = {Trigger: "trigger", TriggerLink: "link", Template: "template", Page: "page"}


def _found(graph: Graph, start: Node, circle: list[tuple[str, Node]]) -> CycleFound:
    """Told from a template on, because a copy of it is the way out. Without a letter there is no circle to fear, but
    stages and pages alone never come back to themselves.
    """
    nodes = [("", start), *circle[:-1]]
    first = next((place for place, (_event, node) in enumerate(nodes) if node[0] == "template"), 0)
    steps = [*circle[first:], *circle[:first]]
    template_id = nodes[first][1][1] if nodes[first][1][0] == "template" else None
    words = [graph.names[nodes[first][1]]]
    for event, node in steps:
        label = str(Run.Event(event).label) if event else ""
        words.append(f"{label}: {graph.names[node]}" if label else graph.names[node])
    return CycleFound(words, template_id)


def _graph() -> Graph:
    graph = Graph()
    links = dict(TriggerLink.objects.values_list("number", "pk"))
    pages = dict(Page.objects.values_list("number", "pk"))
    _add_triggers(graph, pages)
    for link in TriggerLink.objects.only("name", "triggers"):
        graph.add(("link", link.pk), link.name, *_to_triggers(Run.Event.CLICKED, link.triggers))
    for page in Page.objects.only("name", "body", "on_open"):
        opened = _to_triggers(Run.Event.PAGE_OPENED, page.on_open)
        graph.add(("page", page.pk), page.name, *opened, *_named_in(page.body, links, pages))
    leading = ~Q(triggers={}) | Q(body__icontains="triggerlink") | Q(body__icontains="web")
    for template in Template.objects.filter(leading).only("name", "body", "triggers"):
        chosen = [edge for event, ids in read_choice(template.triggers) for edge in _to_triggers(event, ids)]
        graph.add(("template", template.pk), template.name, *chosen, *_named_in(template.body, links, pages))
    _add_stages(graph)
    return graph


def _add_triggers(graph: Graph, pages: dict[int, int]) -> None:
    for trigger in Trigger.objects.filter(type__in=["mail", "stage", "lead", "field"]):
        edges: list[tuple[str, Node]] = []
        chosen: dict[str, Any] = trigger.settings
        if trigger.type == Trigger.Type.MAIL:
            edges = [("", ("template", chosen["template"]))]
        elif trigger.type == Trigger.Type.STAGE:
            edges = [("", ("stage", chosen["stage"]))]
        elif trigger.type == Trigger.Type.LEAD:
            edges = [("", ("new in stage", chosen["stage"]))]
        elif trigger.type == Trigger.Type.FIELD:
            edges = list(_named_in(str(chosen["value"]), {}, pages))
        graph.add(("trigger", trigger.pk), trigger.name, *edges)


def _add_stages(graph: Graph) -> None:
    """Each is two nodes: what it sends to leads that come from elsewhere, and to new ones."""
    actions = list(StageAction.objects.values_list("stage_id", "template_id", "on"))
    names = dict(Stage.objects.filter(pk__in={stage_id for stage_id, *_ in actions}).values_list("pk", "name"))
    for stage_id, template_id, on in actions:
        name = _("stage “%(name)s”") % {"name": names[stage_id]}
        for kind, event in (("stage", Run.Event.MOVED), ("new in stage", Run.Event.CREATED)):
            if on in (event, StageAction.On.BOTH):
                graph.add((kind, stage_id), name, (event, ("template", template_id)))


def _to_triggers(event: str, ids: tuple[int, ...] | list[int]) -> list[tuple[str, Node]]:
    return [(event, ("trigger", trigger_id)) for trigger_id in ids]


def _named_in(text: str, links: dict[int, int], pages: dict[int, int]) -> Iterator[tuple[str, Node]]:
    for number in map(int, _LINK.findall(text)):
        if number in links:
            yield "", ("link", links[number])
    for number in map(int, _PAGE.findall(text)):
        if number in pages:
            yield "", ("page", pages[number])
