begin;
select plan(6);

create temporary table r as
  select net.http_get('http://a.test/') as id, net.http_get('http://b.test/') as broken;
select results_eq('select c.status::text, c.message from r, net.http_collect_response(r.id) c',
                  $$ values ('PENDING', 'the request has not been answered yet') $$, 'a request waits');
select net.finish_request(id, 201, '{"content-type": "text/plain"}', 'hi'),
       net.finish_request(broken, _timed_out => true, _error => 'it took too long')
  from r;
select results_eq('select c.status::text, (c.response).status_code, (c.response).headers, (c.response).body from r, net.http_collect_response(r.id) c',
                  $$ values ('SUCCESS', 201, '{"content-type": "text/plain"}'::jsonb, 'hi') $$,
                  'an answer is an answer');
select results_eq(
  'select c.status::text, c.message, (c.response).status_code from r, net.http_collect_response(r.broken) c',
  $$ values ('ERROR', 'it took too long', null::int) $$, 'a failure says why');
select results_eq('select c.status::text, c.message from net.http_collect_response(0) c',
                  $$ values ('ERROR', 'there is no request of this id') $$, 'an unknown id is an error');
select throws_ok('select net.http_collect_response(1, async => false)',
                 'PT400',
                 'a request leaves after its transaction has committed: it cannot be waited for',
                 'waiting is refused');
select tests.as_user('ada');
select throws_ok('select net.http_collect_response(1)', '42501', null, 'users read no responses');

select * from finish();
rollback;
