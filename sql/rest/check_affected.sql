-- A write commits with the pipeline that sent it, so what must not commit has to
-- raise inside it. The statement leaves its row count in a setting; this looks.
-- Called after the write, as the login role.
create or replace function rest.check_affected(_least bigint, _most bigint, _code text, _status int)
  returns void
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_rows constant bigint := nullif(current_setting('rest.affected', true), '')::bigint;
begin
  if (v_rows between _least and _most) is not true then
    raise exception using errcode = 'PT' || _status, constraint = _code, message = coalesce(v_rows, 0)::text;
  end if;
end
$$;
comment on function rest.check_affected(bigint, bigint, text, int) is
  'Aborts when the statement before touched fewer or more rows.';
revoke execute on function rest.check_affected(bigint, bigint, text, int) from public;
grant execute on function rest.check_affected(bigint, bigint, text, int) to authenticator;
