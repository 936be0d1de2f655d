-- How flows answer: no and yes, in one shape (auth.outcome).
create or replace function auth._no(_status int, _code text, _message text, _hint text default null)
  returns auth.outcome
  language sql immutable parallel safe
as $$
  select row(_status, auth._refusal(_code, _message, _hint), null, null, null, null, null, null)::auth.outcome
$$;

create or replace function auth._yes(_body jsonb default '{}')
  returns auth.outcome
  language sql immutable parallel safe
as $$
  select row(200, _body, null, null, null, null, null, null)::auth.outcome
$$;

-- A rate limit's refusal, when there is something to wait for.
create or replace function auth._wait(_seconds int)
  returns auth.outcome
  language sql immutable parallel safe
as $$
  select row(429, auth._too_many(_seconds), null, null, null, null, null, null)::auth.outcome
$$;
