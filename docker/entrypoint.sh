#!/bin/sh
# Starts one role of the application. Whatever needs to be written goes to /tmp (a tmpfs) or /storage.
set -eu
role=${1:-web}
[ $# -gt 0 ] && shift

case $role in
    web)
        # gthread: requests wait for the database most of the time. /dev/shm: gunicorn's heartbeat must not touch a disk.
        exec gunicorn crm_mail.wsgi:application --bind 0.0.0.0:8000 --worker-class gthread \
            --workers "${WEB_PROCESSES:-2}" --threads "${WEB_THREADS:-8}" --worker-tmp-dir /dev/shm --no-control-socket \
            --max-requests 5000 --max-requests-jitter 500 --graceful-timeout 25 "$@"
        ;;
    events)
        # Long-lived streams: they end quickly at a restart, and browsers come back by themselves.
        exec uvicorn crm_mail.events:application --host 0.0.0.0 --port 8000 --no-access-log \
            --timeout-graceful-shutdown 3 "$@"
        ;;
    worker)
        # The queues and the kind of pool are the caller's choice, see docker-compose.yml and docs/operations.md.
        exec celery -A crm_mail worker --without-gossip --without-mingle "$@"
        ;;
    watcher)
        exec python manage.py watch "$@"
        ;;
    smtpd)
        exec python manage.py smtpd "$@"
        ;;
    beat)
        # The schedule file may be lost: everything due is a question to the database.
        exec celery -A crm_mail beat --schedule /tmp/beat-schedule --pidfile= "$@"
        ;;
    migrate)
        exec python manage.py migrate --no-input "$@"
        ;;
    manage)
        exec python manage.py "$@"
        ;;
    *)
        echo "Unknown role: $role. Known: web, events, worker, watcher, smtpd, beat, migrate, manage ARGS..." >&2
        exit 2
        ;;
esac
