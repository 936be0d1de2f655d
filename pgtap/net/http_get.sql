begin;
select plan(3);

create temporary table r as
  select net.http_get(url => 'http://a.test/x', params => '{"a": "b"}', headers => '{"X-A": "1"}',
                      timeout_milliseconds => 700) as id;
select results_eq('select method, url, headers, body, timeout_ms, max_attempts from net.requests', $$
                    values ('GET', 'http://a.test/x?a=b', '{"X-A": "1"}'::jsonb, null::text, 700, 3) $$,
                  'a GET waits, called as pg_net is');
select tests.as_service();
select lives_ok($$ select net.http_get('http://a.test/') $$, 'service_role sends');
select tests.as_anon();
select throws_ok($$ select net.http_get('http://a.test/') $$, '42501', null, 'anon does not');

select * from finish();
rollback;
