"""`DJANGO_SETTINGS_MODULE=bench.plain.settings gunicorn bench.plain.wsgi:application`."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
