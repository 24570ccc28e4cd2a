"""`python -m bench.big_cards --contacts N`: cards for the people of a big database, and a lead for each second contact.

After bench.big_data, in the same database: each account then has a contact for each who writes, with the letters on
its card, the largest account has N contacts, and the first contact of each has notes enough for a full page of a
timeline. Once more changes nothing.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

import django

NOTES = 60  # of the first contact of each account
CONTACTS = """
CREATE TEMPORARY TABLE person AS
SELECT account_id, email_key, min(name) AS name, nextval('crm_contact_id_seq') AS contact_id FROM threads_participant p
WHERE email_key <> 'sales@bench.example' AND NOT EXISTS (
  SELECT FROM crm_contactemail e WHERE e.account_id = p.account_id AND e.email_key = p.email_key)
GROUP BY account_id, email_key;
INSERT INTO crm_contact (id, account_id, first_name, last_name, name, phones, custom_values, created_at)
SELECT contact_id, account_id, split_part(name, ' ', 1), split_part(name, ' ', 2), name, '{}', '{}', now() FROM person;
INSERT INTO crm_contactemail (account_id, contact_id, email, email_key, position)
SELECT account_id, contact_id, email_key, email_key, 0 FROM person;
INSERT INTO threads_cardlink (account_id, contact_id, message_id, received_at)
SELECT DISTINCT m.account_id, e.contact_id, m.id, m.received_at FROM crm_contactemail e
JOIN threads_participant p ON p.account_id = e.account_id AND p.email_key = e.email_key
JOIN threads_message m ON m.account_id = p.account_id AND m.id = p.message_id ON CONFLICT DO NOTHING;
"""
MORE = """
CREATE TEMPORARY TABLE more_people AS
SELECT account_id, 'Client' || number AS first_name, 'Family' || number %% 97 AS last_name,
  'client' || number || '@company' || number %% 60 || '.example' AS email,
  now() - number * interval '1 minute' AS created_at, nextval('crm_contact_id_seq') AS contact_id
FROM (SELECT account_id, count(*) FROM crm_contact GROUP BY account_id ORDER BY count(*) DESC, account_id LIMIT 1)
  largest, generate_series(largest.count + 1, %s) number;
INSERT INTO crm_contact (id, account_id, first_name, last_name, name, phones, custom_values, created_at)
SELECT contact_id, account_id, first_name, last_name, first_name || ' ' || last_name, '{}', '{}', created_at
FROM more_people;
INSERT INTO crm_contactemail (account_id, contact_id, email, email_key, position)
SELECT account_id, contact_id, email, email, 0 FROM more_people;
"""
LEADS = """
CREATE TEMPORARY TABLE open_stage AS
SELECT account_id, id AS stage_id, row_number() OVER of_account - 1 AS place, count(*) OVER (PARTITION BY account_id)
FROM crm_stage WINDOW of_account AS (PARTITION BY account_id ORDER BY position, id);
CREATE TEMPORARY TABLE new_lead AS
SELECT c.account_id, c.id AS contact_id, c.name, s.stage_id, nextval('crm_lead_id_seq') AS lead_id FROM crm_contact c
JOIN open_stage s ON s.account_id = c.account_id AND s.place = (c.id / 2) % s.count
WHERE c.id % 2 = 0 AND NOT EXISTS (
  SELECT FROM crm_leadcontact l WHERE l.account_id = c.account_id AND l.contact_id = c.id);
INSERT INTO crm_lead (id, account_id, name, price, stage_id, custom_values, created_at, stage_since)
SELECT lead_id, account_id, 'Lead of ' || name, lead_id % 9000, stage_id, '{}',
  now() - lead_id * interval '1 minute', now() - lead_id % 1000 * interval '1 hour' FROM new_lead;
INSERT INTO crm_leadcontact (account_id, lead_id, contact_id) SELECT account_id, lead_id, contact_id FROM new_lead;
"""
FIRST = "SELECT account_id, min(id) FROM crm_contact GROUP BY account_id"
NOTED = """
INSERT INTO crm_note (account_id, contact_id, text, created_at)
SELECT first.account_id, first.id, 'Note ' || number, now() - number * interval '1 day'
FROM (SELECT account_id, min(id) AS id FROM crm_contact GROUP BY account_id) first, generate_series(1, %s) number
WHERE NOT EXISTS (SELECT FROM crm_note n WHERE n.account_id = first.account_id AND n.contact_id = first.id)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, required=True, help="of the largest account")
    parser.add_argument("--result", type=Path, required=True, help="a file for the first contact of each account")
    options = parser.parse_args()
    django.setup()
    first = importlib.import_module("bench.big_card_rows").add_cards(options.contacts)  # by name: it needs Django
    options.result.write_text(json.dumps(first))


if __name__ == "__main__":
    main()
