"""Addresses of both faces."""

from django.urls import include, path

from crm_mail import handlers
from crm_mail.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("favicon.ico", handlers.favicon),
    path("accounts/email/", handlers.closed),
    path("accounts/", include("allauth.urls")),
    path("api/", include("api.urls")),
    path("", include("web.urls")),
]
handler400 = "crm_mail.handlers.bad_request"
handler403 = "crm_mail.handlers.permission_denied"
handler404 = "crm_mail.handlers.not_found"
handler500 = "crm_mail.handlers.server_error"
