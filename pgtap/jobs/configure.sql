begin;
select plan(1);

do $$ begin perform jobs.configure(7, '1 s', '2 s', '3 s', '4 days'), jobs.enqueue('http.request'); end $$;
select results_eq($$ select j.max_attempts from jobs.jobs j $$, array[7],
                  'the server''s settings reach functions');

select * from finish();
rollback;
