# syntax=docker/dockerfile:1
# One image, one role a container: web, events, worker, beat, migrate (docker/entrypoint.sh).
# Build: docker build -t crm-mail .

FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements-production.txt ./
RUN /venv/bin/pip install --use-pep517 --require-hashes -r requirements-production.txt

# Static files are part of the image: collecting needs settings, but none of these values stays in it.
FROM packages AS static
COPY . .
RUN SECRET_KEY=only-for-collecting-static-files-while-building \
    BASE_URL=https://crm.example.com PUBLIC_URL=https://go.example.com \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost/0 \
    CREDENTIALS_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    STORAGE_DIR=/tmp/storage STATIC_ROOT=/app/build/static \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim
# PYTHONDONTWRITEBYTECODE: the file system may be read-only. PATH: the packages come before the system's.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STORAGE_DIR=/storage
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent crm-mail \
    && install -d -o crm-mail -g crm-mail /storage
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=static /app /app
USER 10001:10001
VOLUME /storage
EXPOSE 8000
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["web"]
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 CMD ["python", "/app/docker/healthcheck.py"]
