"""`messages/{id}/html/`, `raw/`, `files/` and `images/`: what a letter holds, as documents."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from selectolax.lexbor import LexborHTMLParser

from api.domain_errors import Refusal
from api.exact import takes
from api.ids import row_id
from api.resources.message_reasons import MessageReasonsView
from mailkit.errors import MailError
from mailkit.remote_images import place_images
from sync.attachment_zip import stream_zip
from sync.originals import open_letter
from threads.access import get_message_for
from threads.bodies import fresh_body
from threads.errors import AttachmentNotFound
from threads.models import Message
from threads.remote_images import open_remote_image

# A document that can neither run, load nor submit anything, whatever got past the cleaning.
LETTER_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; sandbox"
)
FILE_POLICY = "default-src 'none'; sandbox"


class MessageContentsView(MessageReasonsView):
    """What the messages resource hands out besides JSON."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "images",
                OpenApiTypes.BOOL,
                description="With remote images, whose addresses are those of `images/`. Without, they stay blocked.",
            )
        ],
        responses={(200, "text/html"): OpenApiTypes.STR},
        description="The cleaned body as a document of its own.",
    )
    @action(detail=True)
    @takes("images")
    def html(self, request: Request, pk: str) -> HttpResponse:
        message = get_message_for(self.member, pk)
        has_images = request.query_params.get("images", "").lower() in {"1", "true"}
        html = fresh_body(message).html
        policy = LETTER_POLICY.format(images="'self' data:" if has_images else "data:")
        return HttpResponse(
            _with_images(message, html) if has_images else html,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": policy},
        )

    @extend_schema(
        parameters=[OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)],
        responses={(200, "image/png"): OpenApiTypes.BINARY, (200, "image/jpeg"): OpenApiTypes.BINARY},
        description="A remote image of the letter, by its number in `html/?images=true`: fetched by this server, which "
        "tells its sender that the letter was looked at, and drawn anew. At most 5 MB.",
    )
    @action(detail=True, url_path=r"images/(?P<number>\d{1,4})")
    def images(self, request: Request, pk: str, number: str) -> HttpResponse:
        body = fresh_body(get_message_for(self.member, pk))
        try:
            image = open_remote_image(body, row_id(number))
        except MailError as error:
            raise Refusal(424, "image-unavailable", str(error)) from error
        return HttpResponse(
            image.content, content_type=image.content_type, headers={"Content-Security-Policy": FILE_POLICY}
        )

    @extend_schema(
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        description="All its files in one archive, sent while they are fetched from the mail server. Those that could "
        "not be had are named in a text at its end.",
    )
    @action(detail=True)
    def files(self, request: Request, pk: str) -> HttpResponseBase:
        message = get_message_for(self.member, pk)
        files = list(message.attachments.select_related("message__mailbox"))
        if not files:
            raise AttachmentNotFound
        return StreamingHttpResponse(
            stream_zip(files),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{message.pk}.zip"'},
        )

    @extend_schema(
        responses={(200, "message/rfc822"): OpenApiTypes.BINARY},
        description="The letter as it came. Markers stand for attached files, which stay on the mail server. One that "
        "`is_cut` is fetched from there as a whole; when it is gone, its begin comes, with `X-CRM-Mail-Incomplete`.",
    )
    @action(detail=True)
    def raw(self, request: Request, pk: str) -> HttpResponseBase:
        message = get_message_for(self.member, pk)
        content = open_letter(message)
        headers = {"Content-Disposition": f'attachment; filename="{message.pk}.eml"'}
        if isinstance(content, bytes):
            return HttpResponse(content, content_type="message/rfc822", headers=headers)
        return FileResponse(content, content_type="message/rfc822", headers=headers)


def _with_images(message: Message, html: str) -> str:
    tree = LexborHTMLParser(html)
    place_images(tree, lambda number: reverse("message-images", args=[message.pk, number]))
    return (tree.body.inner_html or "") if tree.body else ""
