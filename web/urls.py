"""Addresses of the pages. Each family of screens keeps its own list in web/routes."""

from web.routes import crm, mail, people, settings

urlpatterns = [*mail.urlpatterns, *settings.urlpatterns, *crm.urlpatterns, *people.urlpatterns]
