begin;
select plan(9);

create temporary table r as
  select net.http_post('http://a.test/', headers => '{"Authorization": "secret"}') as id;
select ok(net.finish_request(r.id, 200, '{"content-type": "text/plain"}', 'hi',
                             _truncated => true, _now => '2026-01-01Z'),
          'a response is stored')
  from r;
select results_eq(
  'select status_code, content_type, content, truncated, timed_out, created from net.responses',
  $$ values (200, 'text/plain', 'hi', true, false, '2026-01-01Z'::timestamptz) $$, 'as it came');
select results_eq('select headers, body, finished_at from net.requests', $$
                    values (null::jsonb, null::text, '2026-01-01Z'::timestamptz) $$,
                  'and what was sent is wiped');
select throws_ok($$ update net.requests set headers = '{}' $$, '23514', null, 'and stays so');
select ok(not net.finish_request(r.id, 500, _now => '2026-01-01Z'), 'the first response counts') from r;
select results_eq('select r.status_code from net._http_response r', array[200], 'pg_net''s view shows it');
create temporary table s as select net.http_post('http://a.test/') as id;
select net.finish_request(id, _error => 'the worker died') from s;
select ok(net.finish_request(s.id, 202, '{}', 'late'), 'an answer that comes late stands in for an error')
  from s;
select results_eq('select p.status_code, p.content, p.error_msg from net.responses p join s using (id)',
                  $$ values (202, 'late', null) $$, 'whole');
select tests.as_service();
select throws_ok('select net.finish_request(1)', '42501', null, 'only the server writes responses');

select * from finish();
rollback;
