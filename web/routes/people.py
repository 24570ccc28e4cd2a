"""Addresses of the invitation page and of notices."""

from django.urls import URLPattern, path

from web.views import invitation, notices

urlpatterns: list[URLPattern] = [
    path("invitations/<str:secret>/", invitation.invitation, name="invitation"),
    path("notices/", notices.notices, name="notices"),
    path("notices/bell/", notices.bell, name="notice_bell"),
    path("notices/read/", notices.mark_read, name="notices_read"),
]
