-- One entry of a job's history.
create or replace function jobs._error(_attempt int, _worker uuid, _message text, _now timestamptz)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object('attempt', _attempt, 'at', _now, 'worker', _worker, 'error', left(_message, 2000))
$$;
