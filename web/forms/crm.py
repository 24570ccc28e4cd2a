"""Forms about contacts, companies and leads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues
from crm.custom_fields import fields_of
from crm.customers import CustomerValues
from crm.errors import ValueRefused
from crm.leads import LeadValues
from crm.models import Company, Contact, Customer, CustomField, Lead, Pipeline, Stage, Store
from web.forms import custom_fields

SPARE_LINES = 1  # empty ones at the end, so that more can be entered without scripts

Row = TypeVar("Row", bound=Model)


class Lines(forms.Widget):
    """Several short texts, an input each."""

    template_name = "crm/lines.html"
    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None, *, input_type: str = "text") -> None:
        super().__init__(attrs)
        self.input_type = input_type

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401  (Django's)
        context = super().get_context(name, value, attrs)
        lines = [*(value or []), *[""] * SPARE_LINES]
        context["widget"].update(lines=lines, input_type=self.input_type)
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:  # noqa: ANN401  (Django's)
        given = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])
        return [line for line in given if line.strip()]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ANN401  (Django's)
        return name not in data


class LinesField(forms.Field):
    """A list of texts; empty lines are dropped."""

    def __init__(self, *, max_chars: int, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.max_chars = max_chars

    def clean(self, value: Sequence[str]) -> list[str]:
        lines = [line.strip() for line in super().clean(value) or []]
        if any(len(line) > self.max_chars for line in lines):
            raise forms.ValidationError(_("One of them is too long."))
        return lines


class MemberChoiceField(forms.ModelChoiceField):
    """A colleague. The queryset is set by the form: a class has no account."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.name


def colleagues(current: int | None = None) -> QuerySet[Membership]:
    """Who may be responsible; `current`, who is now, stays there to be seen even if he has left."""
    offered = Membership.objects.filter(Q(is_active=True) | Q(pk=current))
    return offered.select_related("user").order_by("user__name", "id")


class CardForm(forms.Form):
    """What cards have in common: somebody responsible, fields of the account's own, and values a service may refuse."""

    entity: str

    responsible = MemberChoiceField(label=_("Responsible"), queryset=None, required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = colleagues(self.initial.get("responsible"))  # type: ignore[attr-defined]
        self.own_fields = fields_of(self.entity)
        names = {custom_fields.name_of(field): field for field in self.own_fields}
        inputs = {name: custom_fields.input_of(field, self.initial.get(name)) for name, field in names.items()}
        self.fields.update(inputs)

    @property
    def own_inputs(self) -> list[forms.BoundField]:
        return [self[custom_fields.name_of(field)] for field in self.own_fields]

    def typed(self) -> dict[str, Any]:
        """The cleaned values, those of the account's own fields together."""
        own = {field.number: self.cleaned_data[custom_fields.name_of(field)] for field in self.own_fields}
        rest = {name: value for name, value in self.cleaned_data.items() if not name.startswith(custom_fields.PREFIX)}
        return {**rest, "custom_fields": {str(number): value for number, value in own.items()}}

    def values(self) -> Any:  # noqa: ANN401  (each form has its own)
        """What the services take. Call it inside the saving transaction: it may make a new company."""
        raise NotImplementedError

    def keep(self, names: Collection[str]) -> None:
        """Only these inputs: what the others hold stays on the card."""
        self.own_fields = [field for field in self.own_fields if custom_fields.name_of(field) in names]
        for name in [name for name in self.fields if name not in names]:
            del self.fields[name]

    def changes(self) -> dict[str, Any]:
        """What crm.card_changes takes. Call it inside the saving transaction: it may make a new company."""
        typed = self.typed()
        if "company" in typed:
            typed["company"] = company_named(typed["company"])
        return {name: value for name, value in typed.items() if name != "custom_fields" or value}

    def changed(self, change: Callable[[dict[str, Any]], Row]) -> Row | None:
        """What `change` makes of the inputs that were kept; None when something typed is not acceptable."""
        return self._tried(lambda: change(self.changes()))

    def saved(self, save: Callable[[Any], Row]) -> Row | None:
        """What `save` makes of the values; None when something typed is not acceptable."""
        return self._tried(lambda: save(self.values()))

    def _tried(self, save: Callable[[], Row]) -> Row | None:
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                return save()
        except ValueRefused as error:
            name = error.field.replace("custom_fields.", custom_fields.PREFIX)
            self.add_error(name if name in self.fields else None, error.message)
            return None


def company_field() -> forms.CharField:
    """Typed with suggestions: accounts have more companies than a menu can hold."""
    attrs = {
        "list": "company-names",
        "autocomplete": "off",
        "hx-get": "/companies/names/",
        "hx-target": "#company-names",
    }
    attrs["hx-trigger"] = "focus once, input changed delay:200ms"
    return forms.CharField(
        label=_("Company"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=attrs),
        help_text=_("A new name makes a new company."),
    )


def company_named(name: str) -> Company | None:
    """The company of this name, made when there is none; None for no name. Call it inside the saving transaction."""
    if not name.strip():
        return None
    return Company.objects.filter(name__iexact=name.strip()).order_by("id").first() or write_company(
        CompanyValues(name)
    )


class StoreChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Store) -> str:
        return obj.name


class ContactForm(CardForm):
    entity = CustomField.Entity.CONTACT
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    emails = LinesField(label=_("Email addresses"), max_chars=320, widget=Lines(input_type="email"))
    phones = LinesField(label=_("Phones"), max_chars=40, widget=Lines(input_type="tel"))
    company = company_field()
    store = StoreChoiceField(label=_("Store"), queryset=None, required=False, empty_label=_("None"))

    field_order = ("first_name", "last_name", "emails", "phones", "company", "responsible", "store")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = Store.objects.order_by("name")
        self.fields["store"].queryset = stores  # type: ignore[attr-defined]
        if not stores:  # most accounts have none, and no use for an empty menu
            del self.fields["store"]

    @staticmethod
    def initial_of(contact: Contact) -> dict[str, Any]:
        return {
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "emails": [row.email for row in contact.emails.all()],
            "phones": contact.phones,
            "company": contact.company.name if contact.company else "",
            "responsible": contact.responsible_id,
            "store": contact.store_id,
            **custom_fields.initial_of(contact),
        }

    def values(self) -> ContactValues:
        return ContactValues(**{**self.typed(), "company": company_named(self.cleaned_data["company"])})


class CompanyForm(CardForm):
    entity = CustomField.Entity.COMPANY
    name = forms.CharField(label=pgettext_lazy("company or lead", "Name"), max_length=200)
    emails = LinesField(label=_("Email addresses"), max_chars=320, widget=Lines(input_type="email"))
    phones = LinesField(label=_("Phones"), max_chars=40, widget=Lines(input_type="tel"))

    field_order = ("name", "emails", "phones", "responsible")

    @staticmethod
    def initial_of(company: Company) -> dict[str, Any]:
        names = ("name", "emails", "phones")
        given = {name: getattr(company, name) for name in names}
        return {**given, "responsible": company.responsible_id, **custom_fields.initial_of(company)}

    def values(self) -> CompanyValues:
        return CompanyValues(**self.typed())


class StageChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Stage) -> str:
        return obj.name


class ContactsField(forms.ModelMultipleChoiceField):
    """Those who take part. Only ticked ones are ever rendered: an account has too many for a list."""

    widget = forms.CheckboxSelectMultiple


class WithContacts(CardForm):
    """Contacts take part."""

    contacts = ContactsField(label=_("Contacts"), queryset=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contacts"].queryset = Contact.objects.all()  # type: ignore[attr-defined]

    def ticked(self) -> list[Contact]:
        """Those that are chosen now, for showing."""
        ids = [str(value) for value in self["contacts"].value() or []]
        return list(
            Contact.objects.for_list().filter(pk__in=[value for value in ids if value.isdigit() and len(value) < 19])
        )


class CustomerForm(WithContacts):
    entity = CustomField.Entity.CUSTOMER

    name = forms.CharField(
        label=pgettext_lazy("company or lead", "Name"),
        max_length=200,
        required=False,
        help_text=_("Left empty, it is the name of the first contact."),
    )
    next_purchase_at = forms.DateField(
        label=_("Next purchase"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    company = company_field()

    field_order = ("name", "next_purchase_at", "company", "responsible", "contacts")

    @staticmethod
    def initial_of(customer: Customer) -> dict[str, Any]:
        return {
            "name": customer.name,
            "next_purchase_at": customer.next_purchase_at,
            "company": customer.company.name if customer.company else "",
            "responsible": customer.responsible_id,
            "contacts": [contact.pk for contact in customer.contacts.all()],
            **custom_fields.initial_of(customer),
        }

    def values(self) -> CustomerValues:
        return CustomerValues(**{**self.typed(), "company": company_named(self.cleaned_data["company"])})


class LeadForm(WithContacts):
    entity = CustomField.Entity.LEAD

    name = forms.CharField(label=pgettext_lazy("company or lead", "Name"), max_length=200)
    price = forms.DecimalField(label=_("Price"), max_digits=14, decimal_places=2, min_value=0, required=False)
    stage = StageChoiceField(label=_("Stage"), queryset=None, empty_label=None)
    company = company_field()

    field_order = ("name", "price", "stage", "company", "responsible", "contacts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.all()  # type: ignore[attr-defined]
        self.fields["stage"].choices = stage_choices()  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(lead: Lead) -> dict[str, Any]:
        return {
            "name": lead.name,
            "price": lead.price,
            "stage": lead.stage_id,
            "company": lead.company.name if lead.company else "",
            "responsible": lead.responsible_id,
            "contacts": [contact.pk for contact in lead.contacts.all()],
            **custom_fields.initial_of(lead),
        }

    def values(self) -> LeadValues:
        return LeadValues(**{**self.typed(), "company": company_named(self.cleaned_data["company"])})


def stage_choices() -> list[Any]:
    """Value and name of each stage, as Django's `choices`: grouped by pipeline when there are several."""
    pipelines = list(Pipeline.objects.prefetch_related("stages"))
    groups = [(pipeline.name, [(stage.pk, stage.name) for stage in pipeline.stages.all()]) for pipeline in pipelines]
    return groups[0][1] if len(groups) == 1 else groups
