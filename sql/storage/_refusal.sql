-- The body of an expected "no" in a definer function: server/problem words it for the wire.
create or replace function storage._refusal(_code text, _message text)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_build_object('code', _code, 'message', _message)
$$;
