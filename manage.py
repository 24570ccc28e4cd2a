#!/usr/bin/env python
"""Django's command line. On one machine use `./crm-mail manage ...`: it knows the running instance."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_mail.settings")
    execute_from_command_line(sys.argv)
