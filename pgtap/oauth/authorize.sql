begin;
select plan(8);

insert into oauth.clients (id, name, redirect_uris)
values ('00000000-0000-0000-0000-0000000000c1', 'Demo', '{https://app.example.test/cb}');
create function pg_temp.ask(
  _redirect text default 'https://app.example.test/cb', _type text default 'code',
  _scope text default 'openid', _method text default 'S256',
  _client uuid default '00000000-0000-0000-0000-0000000000c1')
  returns table (status int, error text, redirect_uri text) language sql as $$
  select a.status, coalesce(a.params, a.body) ->> 'error', a.redirect_uri
    from oauth.authorize(gen_random_uuid(), _client, _redirect, _type, _scope, 's',
                         null, repeat('x', 43), _method) a $$;

select results_eq($$ select * from pg_temp.ask() $$, $$ values (302, null::text, null::text) $$,
                  'an authorization opens, and the user is asked');
select results_eq($$ select * from pg_temp.ask(null) $$, $$ values (302, null::text, null::text) $$,
                  'the only redirect URI goes without saying');
select results_eq($$ select * from pg_temp.ask(_client => gen_random_uuid()) $$,
                  $$ values (400, 'invalid_request', null::text) $$,
                  'an unknown client''s URI is never gone to');
select results_eq($$ select * from pg_temp.ask('https://app.example.test/cb/') $$,
                  $$ values (400, 'invalid_request', null::text) $$, 'nor one that differs by a letter');
select results_eq($$ select * from pg_temp.ask(_type => 'token') $$, $$
                    values (302, 'unsupported_response_type', 'https://app.example.test/cb') $$,
                  'there is no implicit flow');
select results_eq($$ select * from pg_temp.ask(_method => 'plain') $$,
                  $$ values (302, 'invalid_request', 'https://app.example.test/cb') $$,
                  'nor one without PKCE');
select results_eq($$ select * from pg_temp.ask(_scope => 'openid root') $$,
                  $$ values (302, 'invalid_scope', 'https://app.example.test/cb') $$,
                  'nor scopes that nobody knows');
select results_eq('select count(*)::int from oauth.authorizations', array[2], 'refusals leave nothing');

select * from finish();
rollback;
