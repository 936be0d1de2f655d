create or replace function mail.inbox_clear()
  returns int
  language sql volatile
  security definer set search_path = ''
as $$
  with gone as (delete from mail.inbox returning 1)
  select count(*)::int from gone
$$;
comment on function mail.inbox_clear() is
  'Empties the development inbox; answers how many messages were in it.';
revoke execute on function mail.inbox_clear() from public;
grant execute on function mail.inbox_clear() to authenticator;
