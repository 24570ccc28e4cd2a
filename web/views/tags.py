"""Settings, Tags: renaming, making two into one, deleting. Administrators only; everybody makes new ones on cards."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import get_tag
from crm.errors import NameTaken, ValueRefused
from crm.models import Tag
from crm.tags import delete_tag, list_tags, merge_tags, rename_tag
from web.forms.tags import NameForm
from web.members import MemberRequest, administrator_required


@require_GET
@administrator_required
def tags(request: MemberRequest) -> HttpResponse:
    return render(request, "settings/tags.html", {"tags": list_tags()})


@require_http_methods(["GET", "POST"])
@administrator_required
def tag(request: MemberRequest, tag_id: int) -> HttpResponse:
    """A name that another tag has is asked about: `merge` is the answer."""
    found = get_tag(tag_id)
    form, other = NameForm(request.POST or None, initial={"name": found.name}), None
    if request.method == "POST" and form.is_valid():
        try:
            rename_tag(request.member, found, form.cleaned_data["name"])
        except NameTaken as taken:
            other = get_tag(taken.other_id)
            if "merge" in request.POST:
                return _merged(request, get_tag(tag_id), other)
        except ValueRefused as refused:
            form.add_error("name", refused.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("tags")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or other else HTTPStatus.OK
    return render(request, "settings/tag.html", {"form": form, "tag": get_tag(tag_id), "other": other}, status=status)


def _merged(request: MemberRequest, old: Tag, into: Tag) -> HttpResponse:
    merge_tags(request.member, old, into)
    messages.success(request, _("They are one tag now: %(name)s.") % {"name": into.name})
    return redirect("tags")


@require_POST
@administrator_required
def delete(request: MemberRequest, tag_id: int) -> HttpResponse:
    delete_tag(request.member, get_tag(tag_id))
    messages.success(request, _("Deleted."))
    return redirect("tags")
