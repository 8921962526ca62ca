-- Once, as the server's superuser: psql -v owner_password=… -v app_password=… -f roles.sql
-- The owner migrates and backs up; the platform runs as yipan_app, which owns nothing and cannot change or empty records.
CREATE ROLE yipan_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE yipan_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD :'app_password';
GRANT yipan_app TO yipan_owner;
CREATE DATABASE yipan OWNER yipan_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE yipan FROM PUBLIC;
GRANT CONNECT ON DATABASE yipan TO yipan_app;
