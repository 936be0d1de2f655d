begin;
select plan(1);

do $$ begin
  perform jobs.schedule('@daily', 'http.request', _name => n)
     from unnest(array['b', 'a']) n;
end $$;
select is(jsonb_path_query_array(jobs.cron_list(), '$[*].name'), '["a", "b"]'::jsonb,
          'schedules come by name');

select * from finish();
rollback;
