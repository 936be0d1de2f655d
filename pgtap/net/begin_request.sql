begin;
select plan(6);

insert into net.secrets values ('stripe', '\xaa'), ('other', '\xbb');
create temporary table r as
  select net.request('POST', 'http://a.test/',
                     '{"Authorization": "Bearer {{ secret.stripe }}", "X": "{{secret.nope}}"}',
                     'b', _max_attempts => 2) as id;
select results_eq(
  'select b.method, b.url, b.body, b.last, b.secret_names, b.secrets from r, net.begin_request(r.id) b', $$
    values ('POST', 'http://a.test/', 'b', false, array['stripe'], array['\xaa'::bytea]) $$,
  'a request is handed out with the secrets that it names');
select results_eq('select b.last from r, net.begin_request(r.id) b', array[true], 'the last attempt says so');
select is_empty('select b.* from r, net.begin_request(r.id) b', 'there is none after it');
select results_eq('select error_msg, status_code from net.responses',
                  $$ values ('the worker died while sending; whether it arrived is unknown', null::int) $$,
                  'and what happened is written down');
select is_empty('select * from net.begin_request(0)', 'what is not there is not sent');
select tests.as_service();
select throws_ok('select net.begin_request(1)', '42501', null, 'only the server sends');

select * from finish();
rollback;
