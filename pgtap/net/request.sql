begin;
select plan(9);

create temporary table r as
  select net.request('post', 'http://a.test/x', '{"A": "b"}', 'body', '{"q": "1 2"}', 1000) as id;
select results_eq('select method, url, headers, body, timeout_ms, max_attempts from net.requests', $$
                    values ('POST', 'http://a.test/x?q=1%202', '{"A": "b"}'::jsonb, 'body', 1000, 1) $$,
                  'a request waits; a POST leaves once');
select results_eq($$ select payload from jobs.jobs where name = 'http.request' $$,
                  'select jsonb_build_object(''request'', r.id) from r',
                  'its job knows the id and nothing else');
create temporary table g as select net.request('GET', 'http://a.test/') as id;
select results_eq('select q.max_attempts from net.requests q join g using (id)', array[3],
                  'a GET may be tried again');
select throws_ok($$ select net.request('TRACE', 'http://a.test/') $$,
                 'PT400',
                 'this request cannot be sent: the method is none of GET, HEAD, POST, PUT, PATCH, DELETE',
                 'another method is refused');
select throws_ok($$ select net.request('GET', 'gopher://a.test/') $$,
                 'PT400',
                 'this request cannot be sent: the URL does not begin with http:// or https://',
                 'a bad URL is refused');
select throws_ok($$ select net.request('GET', 'http://a.test/', '{"X": "a\nb"}') $$,
                 'PT400',
                 'this request cannot be sent: the header X has a line break or a control character',
                 'a bad header is refused');
select throws_ok($$ select net.request('GET', 'http://a.test/', _timeout_ms => 0) $$,
                 'PT400',
                 'this request cannot be sent: the timeout is not between 1 and 300000 milliseconds',
                 'so is no time');
select throws_ok($$ select net.request(null, 'http://a.test/') $$, 'PT400', null, 'and no method');
select tests.as_user('ada');
select throws_ok($$ select net.request('GET', 'http://a.test/') $$, '42501', null, 'users send nothing');

select * from finish();
rollback;
