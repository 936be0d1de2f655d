-- register_client and the administrator's functions
begin;
select plan(8);

create function pg_temp.register(_metadata jsonb) returns text language sql as $$
  select concat_ws(' ', r.status, coalesce(r.body ->> 'error', r.body ->> 'client_type')) from oauth.register_client(gen_random_uuid(), _metadata, '\xaa', '192.0.2.7', '2026-01-01Z') r $$;

select is(pg_temp.register('{"client_name": "A", "redirect_uris": ["https://a.test/cb"]}'), '201 confidential', 'a client registers with a secret');
select is(pg_temp.register('{"client_name": "A", "redirect_uris": ["http://localhost:1/cb"], "token_endpoint_auth_method": "none"}'), '201 public', 'or without');
select results_eq($$ select pg_temp.register(m) from (values ('{}'::jsonb), ('{"client_name": "A", "redirect_uris": "https://a.test"}'), ('{"client_name": "A", "redirect_uris": ["http://a.test/"]}')) as t (m) $$,
                  array['400 invalid_redirect_uri', '400 invalid_redirect_uri', '400 invalid_redirect_uri'], 'redirect URIs must be safe');
select results_eq($$ select pg_temp.register('{"redirect_uris": ["https://a.test/cb"]}' || m) from (values ('{}'::jsonb), ('{"client_name": "A", "grant_types": ["password"]}'),
                       ('{"client_name": "A", "token_endpoint_auth_method": "private_key_jwt"}'), ('{"client_name": "A", "client_uri": "javascript:x"}')) as t (m) $$,
                  array['400 invalid_client_metadata', '400 invalid_client_metadata', '400 invalid_client_metadata', '400 invalid_client_metadata'], 'and the rest sound');
select is((select max(pg_temp.register('{}')) from generate_series(1, 10)), '429', 'a flood is refused');
select tests.as_user('ada');
select throws_ok($$ select oauth.admin_client_list(null, 10, 0) $$, '42501', null, 'users administer nothing');
select tests.as_service();
select is((select jsonb_array_length(body -> 'clients') from oauth.admin_client_list(null, 10, 0)), 2, 'the service sees clients');
select is((select concat_ws(' ', u.status, u.body ->> 'client_name', d.status)
             from oauth.admin_client_list(null, 1, 0) l, oauth.admin_client_update((l.body -> 'clients' -> 0 ->> 'client_id')::uuid, '{"client_name": "B"}', null) u,
                  oauth.admin_client_delete((u.body ->> 'client_id')::uuid, null) d), '200 B 204', 'changes and deletes them');

select * from finish();
rollback;
