-- Logout, ban and deletion reach open sockets at once: these are rare, so they
-- may notify. What the nodes do then is realtime.beat.
create or replace function realtime.notify_sessions()
  returns trigger
  language plpgsql volatile
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('howdah_sessions', '');
  return null;
end
$$;
comment on function realtime.notify_sessions() is 'Trigger: tells nodes that sessions may have ended.';
revoke execute on function realtime.notify_sessions() from public;
drop trigger if exists sessions_notify on auth.sessions;
create trigger sessions_notify after delete on auth.sessions for each statement
  execute function realtime.notify_sessions();
drop trigger if exists users_notify on auth.users;
create trigger users_notify after delete or update of banned_until, deleted_at on auth.users
  for each statement execute function realtime.notify_sessions();
