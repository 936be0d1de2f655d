-- The body of an expected "no": server/problem words it for the wire.
create or replace function auth._refusal(
  _code text, _message text, _hint text default null, _retry_after int default null)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_strip_nulls(jsonb_build_object('code', _code, 'message', _message, 'hint', _hint,
                                              'retry_after', _retry_after))
$$;
