begin;
select plan(3);

do $$ begin
  perform jobs.enqueue('http.request')
     from generate_series(1, 3);
perform jobs.claim('{default}', 3, '00000000-0000-0000-0000-000000000001');
end $$;
create temporary table told as
  select r.status, r.body
    from jobs.report('00000000-0000-0000-0000-000000000001', (
      select jsonb_agg(e.entry)
        from (select jsonb_build_object('id', j.id)
                  || case row_number() over (order by j.id) % 3
                       when 0 then '{"result": 1}' when 1 then '{"error": "no"}'
                       else '{"snooze_s": 60}' end::jsonb as entry
                from jobs.jobs j) e)) r;
select results_eq($$ select jsonb_array_length(t.body -> 'completed'), jsonb_array_length(t.body -> 'failed'),
                            jsonb_array_length(t.body -> 'snoozed')
                       from told t $$,
                  $$ values (1, 1, 1) $$, 'a report completes, fails and snoozes');
select results_eq($$ select count(*)::int from jobs.jobs j where j.state = 'scheduled' $$, array[2],
                  'as it says');
select results_eq($$ select r.status, r.body ->> 'code' from jobs.report(null, '[]') r $$,
                  $$ values (422, 'bad_report') $$, 'a report without a worker is refused');

select * from finish();
rollback;
