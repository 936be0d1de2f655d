begin;
select plan(6);

create temporary table h as
  select jsonb_build_object('webhook-id', 'm1', 'webhook-timestamp', '1767225600',
                            'webhook-signature', 'v1,' || encode(webhooks._hmac('k', convert_to(
                              'm1.1767225600.{}', 'UTF8')), 'base64')) as headers;
create function pg_temp.accept(_source text, _secret text) returns table (status int, body jsonb)
  language sql as $$
  select a.status, a.body
    from h, webhooks.accept(_source, array[_secret], h.headers, '{}', _now => to_timestamp(1767225600)) a $$;
select results_eq($$ select * from pg_temp.accept('stripe', 'k') $$,
                  $$ values (200, '{"id": "m1", "duplicate": false}'::jsonb) $$, 'a signed webhook is taken');
select results_eq($$ select * from pg_temp.accept('stripe', 'k') $$,
                  $$ values (200, '{"id": "m1", "duplicate": true}'::jsonb) $$, 'once');
select results_eq($$ select body ->> 'duplicate' from pg_temp.accept('other', 'k') $$, array['false'],
                  'each source has ids of its own');
select results_eq($$ select status, body ->> 'code' from pg_temp.accept('x', 'wrong') $$,
                  $$ values (401, 'invalid_signature') $$, 'an unsigned one is refused');
select is_empty($$ select * from webhooks.inbox where source = 'x' $$, 'and not noted');
select tests.as_user('ada');
select throws_ok($$ select webhooks.accept('a', '{b}', '{}', '') $$, '42501', null, 'users accept none');

select * from finish();
rollback;
