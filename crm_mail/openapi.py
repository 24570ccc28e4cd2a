"""How the schema of the API is written (drf-spectacular): nothing here depends on the instance."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    "TITLE": "CRM Mail API",
    "VERSION": "1",
    "DESCRIPTION": "All that the pages can do, for programs. Errors are RFC 9457 problem documents.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "ArrivedLetterState": "smart_addresses.models.ArrivedLetter.State",
        "Availability": "accounts.models.Membership.Availability",
        "CardImportEntity": "crm.models.CardImport.Entity",
        "CardImportState": "crm.models.CardImport.State",
        "CardKind": "crm.models.work.CARDS",
        "FieldEntity": "crm.models.CustomField.Entity",
        "MailboxKind": "mailboxes.models.Mailbox.Kind",
        "MailboxSignIn": "mailboxes.models.Mailbox.SignIn",
        "MailboxState": "mailboxes.models.Mailbox.State",
        "MailboxStatus": "mailboxes.models.Mailbox.Status",
        "NoticeKind": "accounts.notices.KINDS",
        "OrderState": "privacy.models.AccountExport.State",
        "OutgoingState": "outbox.models.OutgoingMail.State",
        "RecipientState": "outbox.models.OutgoingRecipient.State",
        "Scope": "accounts.models.ApiToken.Scope",
        "ShownAvailability": "api.resources.people.SHOWN_AVAILABILITY",
        "StageKind": "crm.models.Stage.Kind",
        "SuppressionReason": "outbox.models.Suppression.Reason",
    },
}
