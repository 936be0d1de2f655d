begin; select plan(5);
create function pg_temp.hit(_role text, _user text, _ip text, _now timestamptz default '2026-01-01 10:00:00Z')
  returns text language sql as $$
  select concat_ws(' ', h.status, h.body ->> 'code', h.body ->> 'wait')
    from storage.upload_hit(_role => _role, _user_id => _user, _ip => _ip, _limit => 1, _now => _now) h
$$;
select tests.as_login();
select results_eq($$ select pg_temp.hit('authenticated', 'u', '::1')
                     union all
                     select pg_temp.hit('authenticated', 'u', '::2', '2026-01-01 10:00:20Z') $$,
                  array['200 0', '429 SlowDown 40'], 'a user has so many uploads a minute, wherever it is');
select is(pg_temp.hit('authenticated', 'u', '::1', '2026-01-01 10:01:00Z'), '200 0',
          'and as many in the next');
select results_eq($$ select pg_temp.hit('anon', '', '::1')
                     union all
                     select pg_temp.hit('anon', null, '::1')
                     union all
                     select pg_temp.hit('anon', '', '::2') $$,
                  array['200 0', '429 SlowDown 60', '200 0'], 'who is nobody is counted by address');
select results_eq($$ select pg_temp.hit('service_role', '', '::1') from generate_series(1, 3) $$,
                  array['200 0', '200 0', '200 0'], 'service_role is not counted');
select tests.as_user('ada');
select throws_ok($$ select storage.upload_hit('authenticated', 'x', '', 1) $$, '42501', null,
                 'nobody counts for others');
select * from finish(); rollback;
