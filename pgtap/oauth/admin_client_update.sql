begin;
select plan(6);

insert into oauth.clients (id, name, redirect_uris, auth_method, secret_hash)
values ('00000000-0000-0000-00a4-0000000000c1', 'Demo', '{https://a.test/cb}', 'client_secret_basic', '\xaa'),
       ('00000000-0000-0000-00a4-0000000000c2', 'Public', '{https://b.test/cb}', 'none', null);
create function pg_temp.change(_n int, _metadata jsonb, _secret_hash bytea default null) returns text
  language sql as $$
  select concat_ws(' ', u.status, coalesce(u.body ->> 'code', u.body ->> 'error', concat_ws(
    ' ', u.body ->> 'client_name', u.body -> 'redirect_uris' ->> 0)))
    from oauth.admin_client_update(('00000000-0000-0000-00a4-0000000000c' || _n)::uuid,
                                   _metadata, _secret_hash) u $$;

select tests.as_user('au-ada');
select throws_ok($$ select pg_temp.change(1, '{}') $$, '42501', null, 'users change no clients');
select tests.as_service();
select is(pg_temp.change(1, '{"client_name": "B"}'), '200 B https://a.test/cb', 'what is not named stays');
select is(pg_temp.change(1, '{"redirect_uris": ["javascript:x"]}') || ', '
          || pg_temp.change(1, '{"redirect_uris": []}'),
          '400 invalid_redirect_uri, 400 invalid_redirect_uri', 'redirect URIs stay safe');
select is(pg_temp.change(2, '{}', '\xbb'), '400 validation_failed', 'a public client gets no secret');
select is(pg_temp.change(3, '{}'), '404 oauth_client_not_found',
          'a client that is not there does not change');
select pg_temp.change(1, '{}', '\xbb');
select tests.as_owner();
select results_eq($$ select c.secret_hash from oauth.clients c where c.name = 'B' $$, array['\xbb'::bytea],
                  'a new secret takes the old one''s place');

select * from finish();
rollback;
