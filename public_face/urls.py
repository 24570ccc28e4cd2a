"""Addresses that strangers open, on the host of PUBLIC_URL. Each names its row by a token (accounts.public_tokens)."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from public_face.views import forms, icons, pages, tracking, unsubscribing, web_letters


class TokenConverter(StringConverter):
    """What is not even shaped like a token is not looked at."""

    regex = "[A-Za-z0-9_-]{43}"


register_converter(TokenConverter, "token")

urlpatterns = [
    path("favicon.ico", icons.no_icon),
    path("t/<token:token>.gif", tracking.pixel, name="public_pixel"),
    path("t/<token:token>", tracking.link, name="public_link"),
    path("unsubscribe/<token:token>", unsubscribing.unsubscribe, name="public_unsubscribe"),
    path("p/<token:token>", pages.page, name="public_page"),
    path("p/<token:token>/", pages.page),
    path("p/<token:token>/<str:tail>", pages.page),
    path("f/<token:token>", forms.form, name="public_form"),
    path("w/<token:token>", web_letters.letter, name="public_web_letter"),
    path("w/<token:token>/<str:content_id>", web_letters.image, name="public_web_image"),
]
handler400 = "public_face.answers.bad_request"
handler500 = "public_face.answers.server_error"
