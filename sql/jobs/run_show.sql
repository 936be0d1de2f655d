-- For whoever watches: one run whole. Runs have few steps.
create or replace function jobs.run_show(_run bigint)
  returns jsonb
  language sql stable
  security definer set search_path = ''
as $$
  select to_jsonb(r) || jsonb_build_object('steps', (
           select jsonb_agg(jsonb_strip_nulls(to_jsonb(s) - '{run,position}'::text[]) order by s.position)
             from jobs.steps s
            where s.run = r.id))
    from jobs.runs r
   where r.id = _run
$$;
comment on function jobs.run_show(bigint) is
  'A run with its steps and what came of them; null when there is none.';
revoke execute on function jobs.run_show(bigint) from public;
grant execute on function jobs.run_show(bigint) to authenticator, service_role;
