begin;
select plan(5);

create temporary table m as
  select mail.send('ada@example.test', 'recovery', _sealed => '\xaa') as first,
         mail.send('bob@example.test', 'recovery') as second;
select mail.claim(first) from m; select mail.finish(first, 'refused', 'smtp_550', 'no such user') from m;
select results_eq($$ select jsonb_path_query_array(body, '$[*].recipient') from mail.list_messages() $$,
                  $$ values ('["bob@example.test", "ada@example.test"]'::jsonb) $$, 'the newest come first');
select results_eq($$ select body #>> '{0,recipient}', body #>> '{0,error}',
                            body #> '{0,sealed}', body #> '{0,data}'
                       from mail.list_messages(_state => 'bounced') $$,
                  $$ values ('ada@example.test', 'no such user', null::jsonb, null::jsonb) $$,
                  'by state, with the reason and without what was said');
select results_eq($$ select jsonb_path_query_array(body, '$[*].recipient')
                       from mail.list_messages(_recipient => 'BOB@example.test') $$,
                  $$ values ('["bob@example.test"]'::jsonb) $$, 'one recipient''s');
select results_eq($$ select jsonb_array_length(l.body) from m, mail.list_messages(_before => m.second) l $$,
                  array[1], 'a page follows another');
select tests.as_user('ada');
select throws_ok('select mail.list_messages()', '42501', null, 'users see none');

select * from finish();
rollback;
