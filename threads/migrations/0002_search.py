from django.db import migrations

from accounts.tenant_models import CreateTenantView

# `russian` stems words in Latin letters as English, so three configurations serve four languages.
FUNCTIONS = """
CREATE FUNCTION threads_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_tsvector('pg_catalog.simple', words) || to_tsvector('pg_catalog.russian', words)
  || to_tsvector('pg_catalog.spanish', words);
CREATE FUNCTION threads_search_vector(subject text, people text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN setweight(threads_words(subject), 'A') || setweight(threads_words(people), 'B') || setweight(threads_words(body), 'C');
"""
DROP = """
DROP FUNCTION threads_search_vector(text, text, text);
DROP FUNCTION threads_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("threads", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        CreateTenantView(
            "threads_message_search", "threads_messagebody", ["message_id", "mailbox_id", "received_at", "search"]
        ),
    ]
