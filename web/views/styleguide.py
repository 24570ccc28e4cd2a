"""All parts in all states, on one page: for those who build pages, and for the browser tests."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TONES = ("slate", "blue", "violet", "amber", "green", "red")
COLORS = ["bg", "surface", "sunk", "raise", "line", "line2", "ink", "ink2", "ink3", "acc", "good", "warn", "bad"]
PEOPLE = ("Ana Morales", "Дмитрий Орлов", "María José Fernández", "Tom Becker", "priya.raman@northwind.example")


class SpecimenForm(forms.Form):
    """One field of every kind. Bound to wrong data it shows the errors."""

    name = forms.CharField(label=_("Name"), help_text=_("As your clients know you."))
    email = forms.EmailField(label=_("Email address"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("shared", _("Shared")), ("personal", _("Personal"))])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_open = forms.BooleanField(label=_("Open to administrators"), required=False, help_text=_("They may read it."))
    side = forms.ChoiceField(
        label=_("Side"), choices=[("left", _("Left")), ("right", _("Right"))], widget=forms.RadioSelect, initial="left"
    )


def styleguide(request: HttpRequest) -> HttpResponse:
    if not (settings.EMBEDDED or getattr(request.user, "is_staff", False)):
        raise PermissionDenied
    now = timezone.now()
    return render(
        request,
        "styleguide/styleguide.html",
        {
            "tones": TONES,
            "people": PEOPLE,
            "form": SpecimenForm(prefix="good"),
            "dialog_form": SpecimenForm(prefix="dialog"),
            "wrong_form": SpecimenForm({"wrong-email": "nobody", "wrong-kind": "shared"}, prefix="wrong"),
            "moments": [now, now - timedelta(days=1), now - timedelta(days=30), now - timedelta(days=500)],
            "colors": COLORS,
            "now": now,
        },
    )
