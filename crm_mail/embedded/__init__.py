"""CRM Mail on one machine: the process runner behind `./crm-mail`. Standard library only; it never imports Django.

Only demo_mail.py (its own process) uses packages: pymap, aiosmtpd and aiosmtplib.
"""
