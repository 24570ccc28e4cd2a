"""Addresses of Settings, Mailer, Letters: queue, mailings, history, reports, and who gets no mail."""

from django.urls import URLPattern, path

from web.views import letter_reports, letters_tab, mailing_preview, mailings

_ONE = "settings/mailer/mailings/<int:mailing_id>"

urlpatterns: list[URLPattern] = [
    path("settings/mailer/letters/", letters_tab.queue, name="mailer_letters"),
    path("settings/mailer/letters/rows/", letters_tab.rows, name="mailer_letter_rows"),
    path("settings/mailer/letters/history/", letters_tab.history, name="mailer_history"),
    path("settings/mailer/letters/suppressions/", letters_tab.suppressions, name="mailer_suppressions"),
    path(
        "settings/mailer/letters/suppressions/<int:suppression_id>/lift/",
        letters_tab.lift_one,
        name="mailer_suppression_lift",
    ),
    path("settings/mailer/reports/", letter_reports.reports, name="mailer_reports"),
    path("settings/mailer/mailings/", mailings.mailings, name="mailings"),
    path("settings/mailer/mailings/new/<str:kind>/", mailings.create, name="mailing_create"),
    path(f"{_ONE}/", mailings.mailing, name="mailing"),
    path(f"{_ONE}/template/", mailings.use_template, name="mailing_template"),
    path(f"{_ONE}/unsubscribe-link/", mailings.add_link, name="mailing_add_link"),
    path(f"{_ONE}/recipients/", mailings.find_again, name="mailing_prepare"),
    path(f"{_ONE}/checks/", mailing_preview.checks, name="mailing_checks"),
    path(f"{_ONE}/preview/", mailing_preview.preview, name="mailing_preview"),
    path(f"{_ONE}/people/", mailing_preview.people, name="mailing_people"),
    path(f"{_ONE}/test/", mailing_preview.test, name="mailing_test"),
    path(f"{_ONE}/start/", mailings.start, name="mailing_start"),
    path(f"{_ONE}/state/", mailings.state, name="mailing_state"),
    path(f"{_ONE}/results.csv", mailings.results_csv, name="mailing_csv"),
    path(f"{_ONE}/delete/", mailings.delete, name="mailing_delete"),
    path(f"{_ONE}/<str:step>/", mailings.change, name="mailing_change"),
]
