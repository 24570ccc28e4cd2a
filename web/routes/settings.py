"""Addresses of the settings, and of what is chosen in passing from the menu at one's own picture."""

from django.urls import URLPattern, path
from django.views.generic import RedirectView

from web.views import connect, mailbox_status, mailboxes, profile, tokens, users

urlpatterns: list[URLPattern] = [
    path("settings/", RedirectView.as_view(pattern_name="mailboxes"), name="settings"),
    path("settings/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("settings/mailboxes/connect/", connect.connect, name="mailbox_connect"),
    path("settings/mailboxes/<int:mailbox_id>/", mailboxes.mailbox, name="mailbox"),
    path("settings/mailboxes/<int:mailbox_id>/servers/", connect.servers, name="mailbox_servers"),
    path("settings/mailboxes/<int:mailbox_id>/progress/", mailboxes.progress, name="mailbox_progress"),
    path("settings/mailboxes/<int:mailbox_id>/sync/", mailboxes.sync, name="mailbox_sync"),
    path("settings/mailboxes/<int:mailbox_id>/status/", mailbox_status.status, name="mailbox_status"),
    path("settings/mailboxes/<int:mailbox_id>/why/", mailbox_status.why, name="mailbox_why"),
    path("settings/mailboxes/<int:mailbox_id>/load-older/", mailbox_status.load_older, name="mailbox_load_older"),
    path(
        "settings/mailboxes/<int:mailbox_id>/quarantine/<int:quarantine_id>/raw/",
        mailbox_status.quarantine_raw,
        name="quarantine_raw",
    ),
    path(
        "settings/mailboxes/<int:mailbox_id>/quarantine/<int:quarantine_id>/retry/",
        mailbox_status.quarantine_retry,
        name="quarantine_retry",
    ),
    path("settings/users/", users.users, name="users"),
    path("settings/users/invite/", users.invite_user, name="user_invite"),
    path("settings/users/<int:member_id>/", users.user, name="user"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:token_id>/revoke/", tokens.revoke, name="token_revoke"),
    path("preferences/availability/", profile.set_availability, name="availability"),
    path("preferences/account/", profile.switch_account, name="account_switch"),
]
