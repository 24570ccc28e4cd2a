"""Pages and API: `gunicorn crm_mail.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_mail.settings")
application = get_wsgi_application()
