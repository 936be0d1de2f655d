begin;
select plan(3);

create domain public.mail as text;
select is(ops._describe_type('int4[]'::regtype),
          '{"kind": "array", "of": {"kind": "base", "schema": "pg_catalog", "name": "int4"}}',
          'an array names what it is of');
select is(ops._describe_type('public.mail'::regtype),
          '{"kind": "domain", "schema": "public", "name": "mail",
            "base": {"kind": "base", "schema": "pg_catalog", "name": "text"}}',
          'a domain has its base');
select is(ops._describe_type('ops.sql_files'::regtype) ->> 'kind', 'row', 'a table''s type is a row');

select * from finish();
rollback;
