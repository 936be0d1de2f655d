-- Actors for pgTAP, in the schema tests, which is never shipped. Roles switch
-- as the server switches them: role and request.jwt.claims, both local to the
-- transaction. Loaded once into the test database, before the test files.
create schema if not exists tests;
create extension if not exists pgtap schema tests;
grant usage on schema tests to public;

create or replace function tests.alone(_what text)
  returns void
  language sql volatile
as $$
  select pg_advisory_xact_lock(hashtextextended('tests.' || _what, 0))
$$;
comment on function tests.alone(text) is
  'Waits for other files that are alone with the same: those that write the same keys, and whose policies '
  'lock the tables that they are in.';

create or replace function tests.user(_name text)
  returns uuid
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select u.id into v_id from auth.users u where u.email = _name || '@example.test';
  if v_id is null then
    insert into auth.users (email) values (_name || '@example.test') returning id into v_id;
  end if;
  return v_id;
end
$$;
comment on function tests.user(text) is
  'The id of the user <name>@example.test, who is made when there is none.';

create or replace function tests.as_user(_name text, _claims jsonb default '{}')
  returns setof text
  language plpgsql volatile
as $$
declare
  v_claims jsonb := jsonb_build_object('sub', tests.user(_name), 'role', 'authenticated',
                                       'email', _name || '@example.test')
    || _claims;
begin
  perform set_config('request.jwt.claims', v_claims::text, true), set_config('role', 'authenticated', true);
end
$$;
comment on function tests.as_user(text, jsonb) is 'What follows runs as the user, with more claims if given.';

create or replace function tests.as_anon()
  returns setof text
  language plpgsql volatile
as $$
begin
  perform set_config('request.jwt.claims', '{"role": "anon"}', true), set_config('role', 'anon', true);
end
$$;
comment on function tests.as_anon() is 'What follows runs without a user.';

create or replace function tests.as_service()
  returns setof text
  language plpgsql volatile
as $$
begin
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true),
          set_config('role', 'service_role', true);
end
$$;
comment on function tests.as_service() is 'What follows runs as service_role, past row level security.';

create or replace function tests.as_login()
  returns setof text
  language plpgsql volatile
as $$
begin
  perform set_config('request.jwt.claims', '', true), set_config('role', 'authenticator', true);
end
$$;
comment on function tests.as_login() is 'What follows runs as the role that the server logs in as.';

create or replace function tests.as_owner()
  returns setof text
  language plpgsql volatile
as $$
begin
  perform set_config('request.jwt.claims', '', true), set_config('role', 'none', true);
end
$$;
comment on function tests.as_owner() is 'What follows runs as the role that runs the tests.';

create or replace function tests.catch_mail()
  returns setof text
  language plpgsql volatile
as $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid
      from pg_proc p
     where p.proname = 'send' and p.pronamespace::regnamespace::text in ('mail', 'sms')
  loop
    execute format('drop function %s', v_function);
  end loop;
  create schema if not exists mail;
  create schema if not exists sms;
  create table tests.sent (id int generated always as identity, recipient text,
                           template text, data jsonb, sealed bytea);
  create function mail.send(_to text, _template text, _data jsonb, _sealed bytea) returns void
    language sql volatile
  begin atomic
    insert into tests.sent (recipient, template, data, sealed) values (_to, _template, _data, _sealed);
  end;
  create function sms.send(_to text, _body_template text, _data jsonb, _sealed bytea) returns void
    language sql volatile
  begin atomic
    insert into tests.sent (recipient, template, data, sealed) values (_to, _body_template, _data, _sealed);
  end;
  alter table tests.sent owner to howdah_owner;
  grant create on schema tests to howdah_owner;
  grant usage on schema mail, sms to howdah_owner;
  grant execute on all functions in schema mail, sms to howdah_owner;
end
$$;
comment on function tests.catch_mail() is 'Until the test rolls back, mail and SMS land in tests.sent.';

-- A one-time token as the server makes them: hashes, and something sealed for each purpose.
create or replace function tests.token(_code text, _link text, _more jsonb default '{}')
  returns jsonb
  language sql immutable
as $$
  select jsonb_build_object(
    'code', encode(sha256(_code::bytea), 'hex'), 'token', encode(sha256(_link::bytea), 'hex'),
    'redirect_to', 'http://site.example.test',
    'sealed', jsonb_build_object('signup', 'c2lnbnVw', 'email', 'ZW1haWw=', 'magiclink', 'bGluaw==',
                                 'recovery', 'cmVj', 'invite', 'aW52', 'email_change', 'Y2hn',
                                 'phone_change', 'cGhv', 'sms', 'c21z', 'reauthentication', 'cmVh'))
    || _more
$$;
comment on function tests.token(text, text, jsonb) is
  'The _token of a code and a link, with more members if given.';

grant execute on all functions in schema tests to public;

-- Names that other test suites for PostgREST-like backends use, so that theirs run here.
create or replace function tests.create_user(_name text)
  returns uuid
  language sql volatile
as $$ select tests.user(_name) $$;
comment on function tests.create_user(text) is 'As tests.user.';

create or replace function tests.authenticate_as(_name text)
  returns setof text
  language sql volatile
as $$ select tests.as_user(_name) $$;
comment on function tests.authenticate_as(text) is 'As tests.as_user.';

create or replace function tests.authenticate_as_service_role()
  returns setof text
  language sql volatile
as $$ select tests.as_service() $$;
comment on function tests.authenticate_as_service_role() is 'As tests.as_service.';

create or replace function tests.clear_authentication()
  returns setof text
  language sql volatile
as $$ select tests.as_anon() $$;
comment on function tests.clear_authentication() is 'As tests.as_anon.';

create or replace function tests.rls_enabled(_schema text, _table text default null)
  returns text
  language sql stable
as $$
  select tests.is(
    array(select c.oid::regclass::text from pg_catalog.pg_class c
           where c.relnamespace = to_regnamespace(quote_ident(_schema)) and c.relkind in ('r', 'p')
             and (_table is null or c.relname = _table) and not c.relrowsecurity
             and c.relname not in ('goose_db_version', 'howdah_db_version') order by 1),
    '{}'::text[], format('row level security is on in %s', coalesce(_schema || '.' || _table, _schema)))
$$;
comment on function tests.rls_enabled(text, text) is
  'An assert: row level security is on for every table of the schema, or for the one table.';
grant execute on all functions in schema tests to public;
