"""`search/?q=`: letters, conversations and cards at once, the first of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from api.exact import takes
from api.permissions import granted_scopes
from api.resources.companies import CompanySerializer
from api.resources.contacts import ContactSerializer
from api.resources.customers import CustomerSerializer
from api.resources.leads import LeadSerializer
from api.resources.letter_hits import WITH_TRACKED
from api.resources.messages import MessageListSerializer, MessageSerializer
from api.resources.threads import ThreadSerializer, serialize_threads
from api.viewsets import MemberViewSet
from crm.finding import find_cards
from crm.tags import with_tags
from mailboxes.foreign_reading import note_reading
from outbox.suppression import reasons_on
from threads.correspondents import Person, suggest_people
from threads.models import Message, Thread
from threads.search import SEARCH_LIMIT, folder_of
from threads.search_hits import Hit, Piece, hits_in_messages

HITS = 20
MAX_CHARS = 500


class QuestionSerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=MAX_CHARS)


class PieceSerializer(serializers.Serializer[Piece]):
    text = serializers.CharField()
    is_hit = serializers.BooleanField(help_text="Whether this is what was searched.")


class SnippetSerializer(serializers.Serializer[Any]):
    """Where in a letter the words stand. Plain text in pieces: nothing in it is HTML."""

    message = serializers.CharField(help_text="The letter's id.")
    subject = PieceSerializer(many=True)
    text = PieceSerializer(many=True)


class PersonSerializer(serializers.Serializer[Person]):
    """Somebody to write to: a contact, or somebody known from letters that you may read."""

    email = serializers.CharField()
    name = serializers.CharField()
    contact = serializers.SerializerMethodField()

    def get_contact(self, person: Person) -> str | None:
        return str(person.contact_id) if person.contact_id else None


class SearchSerializer(serializers.Serializer[Any]):
    """What was found, as far as the asker may see it. More of a kind: its list with `q`."""

    messages = MessageSerializer(many=True)
    threads = ThreadSerializer(many=True)
    contacts = ContactSerializer(many=True)
    companies = CompanySerializer(many=True)
    leads = LeadSerializer(many=True)
    customers = CustomerSerializer(many=True)
    people = PersonSerializer(many=True)
    snippets = SnippetSerializer(many=True)
    is_similar = serializers.BooleanField(
        help_text="No letter has these words; those found are of people with a similar name."
    )
    is_limited = serializers.BooleanField(
        help_text=f"More letters may have these words: the newest {SEARCH_LIMIT} were looked at."
    )


class SearchView(MemberViewSet):
    """Search over everything."""

    serializer_class = SearchSerializer
    pagination_class = None
    filter_backends = []
    read_scope = ApiToken.Scope.MAIL_READ

    @extend_schema(
        operation_id="search",
        parameters=[OpenApiParameter("q", str, required=True)],
        responses={200: SearchSerializer},
        description=(
            'Words, `"phrases"`, `-word`, and the operators `from:`, `to:`, `cc:`, `subject:`, `has:attachment`, '
            "`in:` (`inbox`, `sent`, `deleted`, or a part of a mailbox's address), `before:` and `after:` (a date). "
            "Contacts, companies, leads and customers are found with the scope `contacts:read` only."
        ),
    )
    @takes("q")
    def list(self, request: Request) -> Response:
        asked = QuestionSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        words: str = asked.validated_data["q"]
        found = Message.objects.visible_to(self.member).matching(words)
        messages = list(found.for_reading().newest_first().prefetch_related(WITH_TRACKED)[:HITS])
        note_reading(self.member, (message.mailbox for message in messages))
        folder = folder_of(words)
        threads = Thread.objects.visible_to(self.member).in_folder(folder).holding(found.found, folder).newest_first()
        hits = hits_in_messages(self.member, words, [message.pk for message in messages])
        return Response(
            {
                "messages": MessageListSerializer(messages, child=MessageSerializer()).data,
                "threads": serialize_threads(threads[:HITS]),
                **self._cards(words),
                "people": serializers.ListSerializer(self._people(words), child=PersonSerializer()).data,
                "snippets": [_snippet(pk, hit) for pk, hit in hits.by_id.items()],
                "is_similar": hits.is_similar,
                "is_limited": found.is_limited,
            }
        )

    def _cards(self, words: str) -> dict[str, Any]:
        if ApiToken.Scope.CONTACTS_READ not in granted_scopes(self.request):
            return {"contacts": [], "companies": [], "leads": [], "customers": []}
        cards = find_cards(words, limit=HITS)
        contacts = list(with_tags(cards.contacts.for_list()))
        rows: Sequence[tuple[str, Any, serializers.BaseSerializer[Any]]] = [
            ("contacts", contacts, ContactSerializer()),
            ("companies", with_tags(cards.companies.prefetch_related("contacts")), CompanySerializer()),
            ("leads", with_tags(cards.leads.for_list()), LeadSerializer()),
            ("customers", with_tags(cards.customers.for_list()), CustomerSerializer()),
        ]
        context = {"reasons": reasons_on(contacts)}
        return {
            name: serializers.ListSerializer(found, child=child, context=context).data for name, found, child in rows
        }

    def _people(self, words: str) -> Iterable[Person]:
        knows_contacts = ApiToken.Scope.CONTACTS_READ in granted_scopes(self.request)
        return suggest_people(self.member, words, limit=HITS, with_contacts=knows_contacts)


def _snippet(message_id: int, hit: Hit) -> dict[str, Any]:
    """In the order of the letter."""
    return dict(SnippetSerializer({"message": message_id, "subject": hit.subject, "text": hit.text}).data)
