-- The three roles and the database of CRM Mail (docs/adr/0003). Run by psql as a superuser, or as a login with CREATEROLE and
-- CREATEDB; may be run again at any time, for instance to change a password. Passwords come from the environment:
--   CRM_OWNER_PASSWORD, CRM_APP_PASSWORD; CRM_DATABASE is the database's name.
\set ON_ERROR_STOP on
\getenv owner_password CRM_OWNER_PASSWORD
\getenv app_password CRM_APP_PASSWORD
\getenv database CRM_DATABASE

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['crm_owner', 'crm_app', 'crm_all']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- crm_owner owns the tables and runs migrations; crm_app is everything else: web, workers, commands.
ALTER ROLE crm_owner LOGIN NOINHERIT PASSWORD :'owner_password';
ALTER ROLE crm_app LOGIN NOINHERIT PASSWORD :'app_password';
-- crm_all sees every account: named sweeps, search views, dumps. NOINHERIT above keeps its rights away from crm_app until it asks.
ALTER ROLE crm_all NOLOGIN;
GRANT crm_all TO crm_owner, crm_app;

-- A login that is no superuser must be a member of crm_owner to give it a database (PostgreSQL 16 and later).
SELECT format('GRANT crm_owner TO %I', current_user) WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec
SELECT format('CREATE DATABASE %I OWNER crm_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
