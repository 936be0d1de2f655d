-- Jobs, newest first, in pages by key. Both tables are read backwards along
-- their keys, so that a page costs what it shows.
create or replace function jobs._summary(_job jobs.jobs, _finished jobs.finished)
  returns jsonb
  language sql stable
as $$
  select (coalesce(to_jsonb(_job), to_jsonb(_finished))
          - '{slot,is_sql,payload,result,errors,waits_for}'::text[])
         || jsonb_build_object('last_error', coalesce(_job.errors, _finished.errors) -> -1 ->> 'error')
$$;

create or replace function jobs.list(
  _queue text default null, _name text default null, _state text default null, _before bigint default null,
  _limit int default 50,
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = '' set jit = off
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
  v_limit constant int := least(greatest(coalesce(_limit, 50), 1), 500);
  v_jobs  jsonb;
  v_next  bigint;
begin
  if (_state is null or _state = any (enum_range(null::jobs.state)::text[])) is not true then
    status := 422;
    body := jsonb_build_object('code', 'bad_state', 'detail', format('There is no state %L.', _state),
                               'hint', 'One of ' || array_to_string(enum_range(null::jobs.state), ', ')
                                       || '.');
    return;
  end if;
  with page as (
    (select j.id, jobs._summary(j, null) as job
       from jobs.jobs j
      where (_before is null or j.id < _before) and (_queue is null or j.queue = _queue)
        and (_name is null or j.name = _name) and (_state is null or j.state = _state::jobs.state)
      order by j.id desc
      limit v_limit) union all (
      select f.id, jobs._summary(null, f)
        from jobs.finished f
       where (_before is null or f.id < _before) and (_queue is null or f.queue = _queue)
         and (_name is null or f.name = _name) and (_state is null or f.state = _state::jobs.state)
         and (_state = 'dead' and f.slot = 8 or _state is distinct from 'dead')
       order by f.id desc
       limit v_limit)
  ), cut as (
    select p.id, p.job from page p order by p.id desc limit v_limit
  )
  select jsonb_agg(c.job order by c.id desc),
         case when count(*) = v_limit then min(c.id) end into v_jobs, v_next
    from cut c;
  status := 200;
  body := jsonb_build_object('jobs', coalesce(v_jobs, '[]'), 'next', v_next);
end
$$;
comment on function jobs.list(text, text, text, bigint, int) is
  'A page of jobs, newest first, without payloads: (200, {jobs, next}); next is the _before of the following '
  'page, null at the end. (422, bad_state).';
revoke execute on function jobs.list(text, text, text, bigint, int) from public;
grant execute on function jobs.list(text, text, text, bigint, int) to authenticator, service_role;
