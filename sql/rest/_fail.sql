-- The one way the compiler refuses: an error that rest.compile catches and
-- answers as data. The status travels in COLUMN, the code in CONSTRAINT, the
-- details as JSON in DETAIL. With _among, the hint is made by the caller from
-- the best match of _word (Go does the fuzzy search: it is pure computation).
create or replace function rest._fail(
  _status int, _code text, _message text, _details jsonb default null, _hint text default null,
  _suggest jsonb default null)
  returns void
  language plpgsql volatile
as $$
begin
  raise exception using
    errcode = 'HW000', column = _status::text, constraint = _code, message = _message,
    detail = coalesce(_details::text, ''), hint = coalesce(_hint, ''), table = coalesce(_suggest::text, '');
end
$$;
comment on function rest._fail(int, text, text, jsonb, text, jsonb) is
  'Refuses a shape with a PostgREST error.';
