-- For `howdah cron list`, in pages by name.
create or replace function jobs.cron_list(_limit int default 500, _after text default '')
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(s) - 'parsed' order by s.name), '[]')
    from (select s.* from jobs.schedules s where s.name > _after order by s.name limit _limit) s
$$;
comment on function jobs.cron_list(int, text) is
  'Schedules by name, the page after _after: what they enqueue, when they did, when they will, '
  'and what keeps them from it.';
revoke execute on function jobs.cron_list(int, text) from public;
grant execute on function jobs.cron_list(int, text) to authenticator, service_role;
