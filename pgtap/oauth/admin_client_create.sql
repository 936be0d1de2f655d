begin;
select plan(4);

create function pg_temp.make(_metadata jsonb) returns text language sql as $$
  select concat_ws(' ', m.status, coalesce(m.body ->> 'error', concat_ws(
    ' ', m.body ->> 'client_name', m.body ->> 'registration_type')))
    from oauth.admin_client_create('00000000-0000-0000-00a1-0000000000c1', _metadata,
                                   '\xaa', '2026-01-01Z') m $$;

select tests.as_user('ac-ada');
select throws_ok($$ select pg_temp.make('{}') $$, '42501', null, 'users make no clients');
select tests.as_service();
select is(pg_temp.make('{"client_name": "A", "redirect_uris": ["http://a.test/cb"]}'),
          '400 invalid_redirect_uri', 'what registration refuses is refused here');
select is(pg_temp.make('{"client_name": " A ", "redirect_uris": ["https://a.test/cb"]}'), '201 A manual',
          'a client is made, and known to be made by hand');
select tests.as_owner();
select results_eq('select c.secret_hash from oauth.clients c', array['\xaa'::bytea],
                  'with the hash of its secret');

select * from finish();
rollback;
