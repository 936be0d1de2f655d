begin;
select plan(3);

create temporary table r as
  select net.http_patch(url => 'http://a.test/x', params => '{"a": "b"}', headers => '{"X-A": "1"}',
                        timeout_milliseconds => 700, body => '{"c": 1}') as id;
select results_eq('select method, url, headers, body, timeout_ms, max_attempts from net.requests', $$
                    values ('PATCH', 'http://a.test/x?a=b', '{"X-A": "1"}'::jsonb, '{"c": 1}', 700, 1) $$,
                  'a PATCH waits, called as pg_net is');
select tests.as_service();
select lives_ok($$ select net.http_patch('http://a.test/') $$, 'service_role sends');
select tests.as_anon();
select throws_ok($$ select net.http_patch('http://a.test/') $$, '42501', null, 'anon does not');

select * from finish();
rollback;
