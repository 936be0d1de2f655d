begin;
select plan(5);

create function pg_temp.register(_metadata jsonb) returns text language sql as $$
  select concat_ws(' ', r.status, coalesce(r.body ->> 'error', r.body ->> 'client_type'))
    from oauth.register_client(gen_random_uuid(), _metadata, '\xaa', '192.0.2.7', '2026-01-01Z') r $$;

select is(pg_temp.register('{"client_name": "A", "redirect_uris": ["https://a.test/cb"]}'),
          '201 confidential', 'a client registers with a secret');
select is(pg_temp.register('{"client_name": "A", "redirect_uris": ["http://localhost:1/cb"],
                             "token_endpoint_auth_method": "none"}'),
          '201 public', 'or without');
select results_eq($$ select pg_temp.register(m)
                       from (values ('{}'::jsonb),
                                    ('{"client_name": "A", "redirect_uris": "https://a.test"}'),
                                    ('{"client_name": "A",
                                       "redirect_uris": ["http://a.test/"]}')) as t (m) $$,
                  array['400 invalid_redirect_uri', '400 invalid_redirect_uri', '400 invalid_redirect_uri'],
                  'redirect URIs must be safe');
select results_eq($$ select pg_temp.register('{"redirect_uris": ["https://a.test/cb"]}' || m)
                       from (values ('{}'::jsonb),
                                    ('{"client_name": "A", "grant_types": ["password"]}'),
                                    ('{"client_name": "A", "token_endpoint_auth_method": "private_key_jwt"}'),
                                    ('{"client_name": "A", "client_uri": "javascript:x"}')) as t (m) $$,
                  array['400 invalid_client_metadata', '400 invalid_client_metadata',
                        '400 invalid_client_metadata', '400 invalid_client_metadata'],
                  'and the rest sound');
select is((select max(pg_temp.register('{}')) from generate_series(1, 10)), '429', 'a flood is refused');

select * from finish();
rollback;
