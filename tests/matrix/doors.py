"""Every route of both faces with its methods, and the path to it for given rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client
from django.urls import resolve

from tests.contracts.routes import Route, all_routes
from tests.matrix.world import Rows

# Sign-in, health and the documents of the API: there is no member yet, or nothing of an account.
OUTSIDE = ("accounts/", "healthz", "readyz", "favicon.ico", "api/schema/", "api/docs/", "api/redoc/", "styleguide/")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

#: What `{pk}` names, by the part of the path before it.
KIND_OF_PATH = {
    "account-exports": "export",
    "arrived-letters": "arrived",
    "users": "member",
    "colleagues": "member",
    "invitations": "invitation",
    "groups": "group",
    "stores": "store",
    "tokens": "token",
    "mailboxes": "mailbox",
    "threads": "thread",
    "messages": "message",
    "attachments": "attachment",
    "image-consents": "consent",
    "outbox": "outbox",
    "suppressions": "suppression",
    "withheld-letters": "withheld",
    "drafts": "draft",
    "templates": "template",
    "contacts": "contact",
    "companies": "company",
    "imports": "import",
    "leads": "lead",
    "customers": "customer",
    "custom-fields": "field",
    "pipelines": "pipeline",
    "stages": "stage",
    "mailings": "mailing",
    "stage-actions": "stage_action",
    "triggers": "trigger",
    "trigger-links": "trigger_link",
    "runs": "run",
    "tags": "tag",
    "notes": "note",
    "form-answers": "form_answer",
    "tasks": "task",
    "task-types": "task_type",
    "pages": "page",
    "page-links": "page_link",
    "page-subdomains": "subdomain",
}
#: What other arguments name.
KIND_OF_ARGUMENT = {"mail_id": "outbox", "card_id": "contact", "link_id": "trigger_link"}
# What names no row: part of a place, or a secret.
PLAIN = {
    "folder": "inbox",
    "secret": "guessed",
    "number": "0",
    "kind": "contact",
    "change": "add-tags",
    "step": "pause",
    "card_type": "contact",
    "field_name": "name",
}
OF_A_MAILBOX = {
    "mailbox",
    "thread",
    "message",
    "attachment",
    "quarantine",
    "withheld",
    "alias",
    "outbox",
    "draft",
    "suppression",
    "mailing",
}
_methods: dict[str, list[str]] = {}  # of each route, asked for once


@dataclass(frozen=True)
class Door:
    """A route and one of its methods."""

    route: Route
    method: str

    def __str__(self) -> str:
        return f"{self.route.template or '/'} {self.method}"

    @property
    def kinds(self) -> set[str]:
        """The kinds of rows that its address names."""
        return {kind_of(self.route, name) for name in self.route.arguments if name not in PLAIN}

    @property
    def is_of_a_mailbox(self) -> bool:
        return bool(self.kinds & OF_A_MAILBOX)

    def path(self, rows: Rows) -> str:
        return path_of(self.route, rows)


def kind_of(route: Route, argument: str) -> str:
    """A KeyError names what this file does not know yet: say above what it is, and give the world one of it."""
    if argument == "pk":
        return KIND_OF_PATH[route.template.split("/{pk}")[0].rsplit("/", 1)[1]]
    return KIND_OF_ARGUMENT.get(argument) or argument.removesuffix("_id")


def path_of(route: Route, rows: Rows) -> str:
    values = {name: PLAIN.get(name) or rows[kind_of(route, name)] for name in route.arguments}
    return "/" + route.template.format(**values)


def list_doors(rows: Rows) -> list[Door]:
    """In the order of the table."""
    routes = sorted((route for route in all_routes() if _is_inside(route)), key=lambda route: route.template)
    return [Door(route, method) for route in routes for method in _methods_of(route, path_of(route, rows))]


def _is_inside(route: Route) -> bool:
    """The last of the API's addresses answers all that has no resource: it names nothing."""
    return not route.template.startswith(OUTSIDE) and route.template != "api/"


def _methods_of(route: Route, path: str) -> list[str]:
    """A viewset says it; a page refuses a wrong method before it asks who is there, and whose rows it is about."""
    if route.template not in _methods:
        actions = getattr(resolve(path).func, "actions", None)
        if actions is not None:
            _methods[route.template] = [method for method in METHODS if method.lower() in actions]
        else:
            answers = {method: Client().generic(method, path).status_code for method in ("GET", "POST")}
            _methods[route.template] = [method for method, status in answers.items() if status != 405]
    return _methods[route.template]
