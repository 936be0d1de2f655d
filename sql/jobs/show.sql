-- One job, wherever it is.
create or replace function jobs.show(_id bigint, out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  select to_jsonb(j) - '{slot,is_sql}'::text[]
         || jsonb_build_object('waits_for', to_jsonb(array(
           select d.after from jobs.dependencies d where d.job = j.id order by d.after))) into body
    from jobs.jobs j
   where j.id = _id;
  if body is null then
    select to_jsonb(f) - 'slot' into body from jobs.finished f where f.id = _id;
  end if;
  status := case when body is null then 404 else 200 end;
  body := coalesce(body,
                   jsonb_build_object('code', 'job_not_found', 'detail', format('There is no job %s.', _id),
                                      'hint', 'It may be older than JOBS_RETENTION_S.'));
end
$$;
comment on function jobs.show(bigint) is
  'A job with payload, result, progress and the history of its errors: (200, job) or (404, job_not_found).';
revoke execute on function jobs.show(bigint) from public;
grant execute on function jobs.show(bigint) to authenticator, service_role;
