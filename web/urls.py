"""Addresses of the pages. Each family of screens keeps its own list in web/routes."""

from web.routes import crm, letters, mail, mailer, people, settings

urlpatterns = [
    *mail.urlpatterns,
    *settings.urlpatterns,
    *mailer.urlpatterns,
    *letters.urlpatterns,
    *crm.urlpatterns,
    *people.urlpatterns,
]
