"""Addresses of the API."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from api import docs
from api.resources.account import AccountView
from api.resources.attachments import AttachmentView
from api.resources.audit import AuditView
from api.resources.companies import CompanyView
from api.resources.contacts import ContactView
from api.resources.groups import GroupView
from api.resources.leads import LeadView
from api.resources.mailboxes import MailboxView
from api.resources.me import MeView
from api.resources.messages import MessageView
from api.resources.missing import MissingView
from api.resources.notices import NoticeView
from api.resources.outbox import OutboxView
from api.resources.pipelines import PipelineView, StageView
from api.resources.search import SearchView
from api.resources.signatures import SignatureView
from api.resources.stores import StoreView
from api.resources.threads import ThreadView
from api.resources.tokens import TokenView
from api.resources.uploads import UploadView
from api.resources.users import InvitationView, UserView

ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}  # there is one of these: no id

router = SimpleRouter()
router.register("users/invitations", InvitationView, "invitation")  # before users/{id}/
router.register("users", UserView, "user")
router.register("groups", GroupView, "group")
router.register("tokens", TokenView, "token")
router.register("mailboxes", MailboxView, "mailbox")
router.register("threads", ThreadView, "thread")
router.register("messages", MessageView, "message")
router.register("attachments", AttachmentView, "attachment")
router.register("outbox", OutboxView, "outgoing-mail")
router.register("uploads", UploadView, "upload")
router.register("contacts", ContactView, "contact")
router.register("companies", CompanyView, "company")
router.register("leads", LeadView, "lead")
router.register("pipelines", PipelineView, "pipeline")
router.register("stages", StageView, "stage")
router.register("stores", StoreView, "store")
router.register("search", SearchView, "search")
router.register("signatures", SignatureView, "signature")
router.register("notices", NoticeView, "notice")
router.register("audit", AuditView, "audit-event")

urlpatterns = [
    path("v1/me/", MeView.as_view(ONE), name="me"),
    path("v1/account/", AccountView.as_view(ONE), name="account"),
    path("v1/", include(router.urls)),
    path("schema/", docs.schema, name="api-schema"),
    path("docs/", docs.swagger, name="api-docs"),
    path("redoc/", docs.redoc, name="api-redoc"),
    re_path("", MissingView.as_view()),
]
