"""Pages and API: `gunicorn crm_mail.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_mail.settings")
application = get_wsgi_application()

# What is loaded now stays: the collector need not walk through it, nor after every few objects of a page.
gc.collect()
gc.freeze()
gc.set_threshold(25_000, 20, 20)
