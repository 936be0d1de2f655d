begin;
select plan(14);

insert into net.secrets values ('stripe', '\xaa');
select results_eq(
  $$ select *
       from net.inline_request('{"url": "http://a.test/x", "params": {"q": "a b"},
                                 "headers": {"Authorization": "Bearer {{ secret.stripe }}"}}') $$,
  $$ values ('GET', 'http://a.test/x?q=a%20b', '{"Authorization": "Bearer {{ secret.stripe }}"}'::jsonb,
             null::text, 5000, array['stripe'], array['\xaa'::bytea]) $$,
  'a payload may be a whole request, which names secrets');
select results_eq(
  $$ select i.method, i.headers, i.body
       from net.inline_request('{"method": "post", "url": "http://a.test/", "body": {"a": 1}}') i $$,
  $$ values ('POST', '{"Content-Type": "application/json"}'::jsonb, '{"a": 1}') $$, 'a body may be JSON');
select results_eq($$ select i.headers, i.body
                       from net.inline_request('{"method": "PUT", "url": "http://a.test/",
                                                 "body": "text"}') i $$,
                  $$ values ('{}'::jsonb, 'text') $$, 'or text');
select throws_ok(format('select * from net.inline_request(%L)', f.payload),
                 'PT422', format('The request cannot be sent: %s.', f.why), 'refused: ' || f.payload)
  from (values ('{}', 'it names no url'),
               ('{"url": 1}', 'its url is no text'),
               ('{"url": "ftp://a.test"}', 'the URL does not begin with http:// or https://'),
               ('{"url": "http://a.test", "method": "TRACE"}',
                'its method is none of GET, HEAD, POST, PUT, PATCH, DELETE'),
               ('{"url": "http://a.test", "timeout_ms": 999999}',
                'its timeout_ms is not between 1 and 300000'),
               ('{"url": "http://a.test", "headers": {"A": "b\r\nC: d"}}',
                'the header A has a line break or a control character'),
               ('{"url": "http://a.test", "headers": {"authorization": "Bearer abc"}}',
                'the header authorization would rest in the job: keep its value with PUT /net/v1/secrets/NAME and write {{ secret.NAME }}'),
               ('{"url": "http://a.test", "params": []}', 'its params are no object')) as f (payload, why);
select is(net.job_fault('{"request": 1}'), null, 'what net.request has queued is known');
select throws_ok($$ select jobs.enqueue('http.request', '{"url": "http://a b/"}') $$,
                 'PT422',
                 'The payload of http.request cannot be sent: the URL has a blank or another character that must be encoded.',
                 'a wrong one is refused when it is enqueued');
select tests.as_service();
select throws_ok($$ select net.inline_request('{}') $$, '42501', null, 'only the server sends');

select * from finish();
rollback;
