begin;
select plan(4);

do $$ begin
  perform jobs.enqueue('http.request', _queue => case when n.n > 3 then 'a' else 'b' end)
     from generate_series(1, 5) n (n);
  perform jobs.claim('{b}', 1, '00000000-0000-0000-0000-000000000001');
  perform jobs.complete(array(select j.id from jobs.jobs j where j.state = 'running'));
  end $$;
create temporary view page as select l.body from jobs.list(_limit => 3) l;
select is((select jsonb_array_length(p.body -> 'jobs') from page p), 3, 'a page is as long as asked for');
select is((select jsonb_array_length(l.body -> 'jobs')
             from page p
            cross join lateral jobs.list(_before => (p.body ->> 'next')::bigint) l),
          2, 'and the next goes on behind it');
select results_eq($$ select jsonb_array_length(l.body -> 'jobs')
                       from jobs.list(_queue => 'b', _state => 'succeeded') l $$,
                  array[1], 'filters narrow it');
select results_eq($$ select l.status, l.body ->> 'code' from jobs.list(_state => 'gone') l $$,
                  $$ values (422, 'bad_state') $$, 'an unknown state is refused');

select * from finish();
rollback;
