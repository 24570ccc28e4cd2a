"""Addresses of contacts, companies and leads."""

from django.urls import URLPattern, path

from web.views import companies, contacts, leads

urlpatterns: list[URLPattern] = [
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.create, name="contact_create"),
    path("contacts/<int:contact_id>/", contacts.contact, name="contact"),
    path("contacts/<int:contact_id>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<int:contact_id>/delete/", contacts.delete, name="contact_delete"),
    path("companies/names/", companies.names, name="company_names"),
    path("companies/<int:company_id>/", companies.company, name="company"),
    path("companies/<int:company_id>/edit/", companies.edit, name="company_edit"),
    path("leads/", leads.leads, name="leads"),
    path("leads/new/", leads.create, name="lead_create"),
    path("leads/contact-options/", leads.contact_options, name="lead_contact_options"),
    path("leads/<int:lead_id>/edit/", leads.edit, name="lead_edit"),
    path("leads/<int:lead_id>/move/", leads.move, name="lead_move"),
    path("leads/<int:lead_id>/delete/", leads.delete, name="lead_delete"),
]
