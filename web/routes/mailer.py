"""Addresses of Settings, Mailer: who uses it, triggers and trigger links, what they did."""

from django.urls import URLPattern, path

from web.views import mailer, ready_made, runs, trigger_links, triggers

urlpatterns: list[URLPattern] = [
    path("settings/mailer/", mailer.mailer, name="mailer"),
    path("settings/mailer/users/", mailer.users, name="mailer_users"),
    path("settings/mailer/triggers/", triggers.triggers, name="triggers"),
    path("settings/mailer/triggers/new/", triggers.create, name="trigger_new"),
    path("settings/mailer/triggers/says/", triggers.says, name="trigger_says"),
    path("settings/mailer/triggers/pause/", triggers.pause, name="automation_pause"),
    path("settings/mailer/triggers/resume/", triggers.resume, name="automation_resume"),
    path("settings/mailer/triggers/offer/", ready_made.offer, name="ready_offer"),
    path("settings/mailer/triggers/copies/<int:template_id>/", triggers.cycle_copy, name="cycle_copy"),
    path("settings/mailer/triggers/<int:trigger_id>/", triggers.trigger, name="trigger"),
    path("settings/mailer/triggers/<int:trigger_id>/switch/", triggers.switch, name="trigger_switch"),
    path("settings/mailer/triggers/<int:trigger_id>/delete/", triggers.delete, name="trigger_delete"),
    path("settings/mailer/triggers/<int:trigger_id>/cards/", runs.cards, name="trigger_cards"),
    path("settings/mailer/triggers/<int:trigger_id>/try/", runs.try_on_card, name="trigger_dry_run"),
    path("settings/mailer/triggers/links/new/", trigger_links.create, name="trigger_link_new"),
    path("settings/mailer/triggers/links/<int:link_id>/", trigger_links.trigger_link, name="trigger_link"),
    path("settings/mailer/triggers/links/<int:link_id>/delete/", trigger_links.delete, name="trigger_link_delete"),
    path("settings/mailer/triggers/runs/", runs.runs, name="runs"),
    path("settings/mailer/triggers/runs/mail/<int:mail_id>/", runs.of_mail, name="mail_runs"),
    path("settings/mailer/triggers/runs/<str:kind>/<int:card_id>/", runs.of_card, name="card_runs"),
]
