import accounts.tenancy
import accounts.tenant_models
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import EVERY_ROLE, every_account
from accounts.tenant_models import CreateTenantView
from threads.search_text import marks_text, sought_text, split_joints

# Beside the words stand marks, such as "from:anna" and "has:attachment" (threads.search_text), and, for each word and
# stem of the subject, "subject:offer": the stems have no places, so no weights that could tell them apart.
FUNCTIONS = """
CREATE FUNCTION threads_stems(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN strip(to_tsvector('pg_catalog.russian', words) || to_tsvector('pg_catalog.spanish', words));
CREATE FUNCTION threads_subject_marks(subject text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT 'subject:' || lexeme FROM
  unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', subject) || threads_stems(subject))) AS lexeme);
CREATE FUNCTION threads_subject_query(word text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN coalesce((SELECT string_agg(quote_literal(mark), '|') FROM unnest(threads_subject_marks(word)) AS mark), '');
END $$;
CREATE FUNCTION threads_search_vector(subject text, people text, body text, marks text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  written tsvector := setweight(to_tsvector('pg_catalog.simple', subject), 'A')
    || setweight(to_tsvector('pg_catalog.simple', people), 'B') || setweight(to_tsvector('pg_catalog.simple', body), 'C');
  words text := array_to_string(tsvector_to_array(written), ' ');
BEGIN
  RETURN written || threads_stems(words)
    || array_to_tsvector(threads_subject_marks(subject) || string_to_array(marks, ' '));
END $$;
DROP FUNCTION threads_search_vector(text, text, text);
"""
BACK = """
CREATE FUNCTION threads_search_vector(subject text, people text, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  written tsvector := setweight(to_tsvector('pg_catalog.simple', subject), 'A')
    || setweight(to_tsvector('pg_catalog.simple', people), 'B') || setweight(to_tsvector('pg_catalog.simple', body), 'C');
  words text := array_to_string(tsvector_to_array(written), ' ');
BEGIN
  RETURN written
    || strip(to_tsvector('pg_catalog.russian', words) || to_tsvector('pg_catalog.spanish', words));
END $$;
DROP FUNCTION threads_search_vector(text, text, text, text);
DROP FUNCTION threads_subject_query(text);
DROP FUNCTION threads_subject_marks(text);
DROP FUNCTION threads_stems(text);
"""
BATCH = 1000
LETTERS = """
SELECT m.id, m.account_id, m.mailbox_id, m.received_at, m.has_attachments, m.direction = 'outgoing', m.subject,
  array(SELECT ARRAY[p.role, p.email_key, p.name, p.email] FROM threads_participant p WHERE p.message_id = m.id
    AND p.account_id = m.account_id ORDER BY p.role, p.position)
FROM threads_message m WHERE m.id > %s ORDER BY m.id LIMIT %s
"""
MARK = """
UPDATE threads_messagebody b
SET search = b.search || array_to_tsvector(threads_subject_marks(v.subject) || string_to_array(v.marks, ' '))
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS v(account_id, message_id, subject, marks)
WHERE b.account_id = v.account_id AND b.message_id = v.message_id
"""
KNOW = """
INSERT INTO threads_correspondent (account_id, mailbox_id, email, email_key, name, sought, last_at)
SELECT DISTINCT ON (account_id, mailbox_id, email_key) *
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
  AS v(account_id, mailbox_id, email, email_key, name, sought, last_at)
WHERE email_key <> '' ORDER BY account_id, mailbox_id, email_key, name <> '' DESC, last_at DESC
ON CONFLICT (account_id, mailbox_id, email_key) DO UPDATE SET last_at = excluded.last_at,
  name = coalesce(nullif(excluded.name, ''), threads_correspondent.name),
  sought = CASE WHEN excluded.name = '' THEN threads_correspondent.sought ELSE excluded.sought END
"""


def mark_letters(apps, schema_editor):
    """Letters that are stored already, in batches: oldest first, as they were filed."""
    with schema_editor.connection.cursor() as cursor:  # on an empty database the grants come after all migrations
        tables = "threads_message, threads_messagebody, threads_participant, threads_correspondent"
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON {tables} TO {EVERY_ROLE}")
        cursor.execute(f"GRANT USAGE ON SEQUENCE threads_correspondent_id_seq TO {EVERY_ROLE}")
    with every_account("migration threads 0010"), schema_editor.connection.cursor() as cursor:
        last_id = 0
        while letters := _letters_after(cursor, last_id):
            last_id = letters[-1][0]
            _mark(cursor, letters)
            _know(cursor, letters)


def _letters_after(cursor, last_id):
    cursor.execute(LETTERS, [last_id, BATCH])
    return cursor.fetchall()


def _mark(cursor, letters):
    marks = [
        marks_text([(role, key, name) for role, key, name, _ in people], has_attachments=files, is_outgoing=outgoing)
        for _id, _account, _mailbox, _at, files, outgoing, _subject, people in letters
    ]
    subjects = [split_joints(letter[6]) for letter in letters]
    cursor.execute(MARK, [[letter[1] for letter in letters], [letter[0] for letter in letters], subjects, marks])


def _know(cursor, letters):
    people = [
        (account, mailbox, email, key, name, sought_text(key, name), at)
        for _id, account, mailbox, at, _files, _outgoing, _subject, people in letters
        for _role, key, name, email in people
    ]
    if people:
        cursor.execute(KNOW, [list(column) for column in zip(*people)])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_reading_and_writing"),
        ("crm", "0004_search"),  # makes the extension pg_trgm
        ("mailboxes", "0004_reading_and_writing"),
        ("threads", "0009_reading_and_writing"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.DeleteModel(name="MessageSearch"),  # was unmanaged: the view stays, and is read without a model
        migrations.CreateModel(
            name="Correspondent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.CharField(max_length=320)),
                ("email_key", models.CharField(max_length=320)),
                ("name", models.CharField(blank=True, default="", max_length=300)),
                ("sought", models.TextField()),
                ("last_at", models.DateTimeField()),
                ("account", models.ForeignKey(db_constraint=False, db_index=False, default=accounts.tenancy.current_account_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account")),
                ("mailbox", accounts.tenant_models.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="correspondents", to="mailboxes.mailbox")),
            ],
            options={
                "abstract": False,
                "indexes": [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass("account_id", "int8_ops"), django.contrib.postgres.indexes.OpClass("sought", "gin_trgm_ops"), name="correspondent_sought")],
                "constraints": [accounts.tenant_models.TenantPolicy(name="correspondent_tenant"), accounts.tenant_models.SameAccount(field="mailbox", name="correspondent_mailbox_same_account"), models.UniqueConstraint(fields=("account", "mailbox", "email_key"), name="correspondent_once")],
            },
        ),
        CreateTenantView(
            "threads_correspondent_search", "threads_correspondent",
            ["mailbox_id", "email", "email_key", "name", "sought", "last_at"],
        ),
        migrations.RunPython(mark_letters, migrations.RunPython.noop),
    ]
