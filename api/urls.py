"""Addresses of the API."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from api import docs
from api.resources.account import AccountView
from api.resources.account_exports import AccountExportView
from api.resources.attachments import AttachmentView
from api.resources.audit import AuditView
from api.resources.card_exports import CardExportView
from api.resources.card_imports import CardImportView
from api.resources.colleagues import ColleagueView
from api.resources.companies import CompanyView
from api.resources.contact_merging import DuplicatesView, MergingView
from api.resources.contact_privacy import ContactErasureView, ContactMailView
from api.resources.contacts import ContactView
from api.resources.custom_fields import CustomFieldView
from api.resources.customers import CustomerView
from api.resources.drafts import DraftView
from api.resources.form_answers import FormAnswerView
from api.resources.groups import GroupView
from api.resources.image_consents import ImageConsentView
from api.resources.leads import LeadView
from api.resources.letter_reports import LetterReportView
from api.resources.mailboxes import MailboxView
from api.resources.mailings import MailingView
from api.resources.me import MeView
from api.resources.messages import MessageView
from api.resources.missing import MissingView
from api.resources.notes import NoteView
from api.resources.notices import NoticeView
from api.resources.outbox import OutboxView
from api.resources.outbox_to_each import ToEachView
from api.resources.page_links import PageLinkView
from api.resources.pages import PageView, SubdomainView
from api.resources.pipelines import PipelineView, StageView
from api.resources.ready_made import ReadyOfferView
from api.resources.runs import RunView
from api.resources.search import SearchView
from api.resources.signatures import SignatureView
from api.resources.smart_addresses import ArrivedLetterView, RefusedLetterView, SmartAddressesView
from api.resources.stage_actions import StageActionView
from api.resources.stores import StoreView
from api.resources.suppressions import SuppressionView
from api.resources.tags import TagView
from api.resources.tasks import TaskTypeView, TaskView
from api.resources.templates import TemplateView
from api.resources.threads import ThreadView
from api.resources.tokens import TokenView
from api.resources.trigger_links import TriggerLinkView
from api.resources.triggers import TriggerView
from api.resources.uploads import UploadView
from api.resources.users import InvitationView, UserView
from api.resources.withheld_letters import WithheldLetterView

ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}  # there is one of these: no id

router = SimpleRouter()
router.register("users/invitations", InvitationView, "invitation")  # before users/{id}/
router.register("users", UserView, "user")
router.register("colleagues", ColleagueView, "colleague")
router.register("groups", GroupView, "group")
router.register("tokens", TokenView, "token")
router.register("mailboxes", MailboxView, "mailbox")
router.register("threads", ThreadView, "thread")
router.register("messages", MessageView, "message")
router.register("attachments", AttachmentView, "attachment")
router.register("image-consents", ImageConsentView, "image-consent")
router.register("withheld-letters", WithheldLetterView, "withheld-letter")
router.register("drafts", DraftView, "draft")
router.register("arrived-letters", ArrivedLetterView, "arrived-letter")
router.register("refused-letters", RefusedLetterView, "refused-letter")
router.register("outbox", OutboxView, "outgoing-mail")
router.register("mailings", MailingView, "mailing")
router.register("suppressions", SuppressionView, "suppression")
router.register("uploads", UploadView, "upload")
router.register("contacts", ContactView, "contact")
router.register("imports", CardImportView, "import")
router.register("companies", CompanyView, "company")
router.register("leads", LeadView, "lead")
router.register("customers", CustomerView, "customer")
router.register("custom-fields", CustomFieldView, "custom-field")
router.register("pipelines", PipelineView, "pipeline")
router.register("stages", StageView, "stage")
router.register("stage-actions", StageActionView, "stage-action")
router.register("stores", StoreView, "store")
router.register("tags", TagView, "tag")
router.register("notes", NoteView, "note")
router.register("tasks", TaskView, "task")
router.register("task-types", TaskTypeView, "task-type")
router.register("form-answers", FormAnswerView, "form-answer")
router.register("search", SearchView, "search")
router.register("signatures", SignatureView, "signature")
router.register("templates", TemplateView, "template")
router.register("pages", PageView, "page")
router.register("page-links", PageLinkView, "page-link")
router.register("page-subdomains", SubdomainView, "page-subdomain")
router.register("triggers", TriggerView, "trigger")
router.register("trigger-links", TriggerLinkView, "trigger-link")
router.register("runs", RunView, "run")
router.register("notices", NoticeView, "notice")
router.register("audit", AuditView, "audit-event")
router.register("account-exports", AccountExportView, "account-export")

urlpatterns = [
    path("v1/me/", MeView.as_view(ONE), name="me"),
    path("v1/account/", AccountView.as_view(ONE), name="account"),
    path("v1/contacts/<str:pk>/export.mbox", ContactMailView.as_view({"get": "export"}), name="contact-export"),
    path(
        "v1/contacts/<str:pk>/erase/",
        ContactErasureView.as_view({"get": "plan", "post": "erase"}),
        name="contact-erase",
    ),
    path("v1/outbox/to-each/", ToEachView.as_view({"post": "write"}), name="outbox-to-each"),
    path("v1/letter-reports/", LetterReportView.as_view({"get": "list"}), name="letter-reports"),
    path("v1/ready-made/offer/", ReadyOfferView.as_view({"get": "plan", "post": "add"}), name="ready-made-offer"),
    path("v1/smart-addresses/", SmartAddressesView.as_view({"get": "retrieve"}), name="smart-addresses"),
    path("v1/cards/<str:kind>/export.csv", CardExportView.as_view({"get": "export"}), name="cards-export"),
    path("v1/contacts/duplicates/", DuplicatesView.as_view({"get": "duplicates"}), name="contact-duplicates"),
    path("v1/contacts/<str:pk>/merge/", MergingView.as_view({"post": "merge"}), name="contact-merge"),
    path("v1/contacts/<str:pk>/different/", MergingView.as_view({"post": "different"}), name="contact-different"),
    path("v1/contacts/<str:pk>/unmerge/", MergingView.as_view({"post": "unmerge"}), name="contact-unmerge"),
    path("v1/", include(router.urls)),
    path("schema/", docs.schema, name="api-schema"),
    path("docs/", docs.swagger, name="api-docs"),
    path("redoc/", docs.redoc, name="api-redoc"),
    re_path("", MissingView.as_view()),
]
