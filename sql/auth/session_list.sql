-- GET /sessions: where the caller is signed in.
create or replace function auth.session_list(
  _user_id uuid, _session_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_user auth.users;
begin
  select u.* into v_user from auth.users u where u.id = _user_id;
  body := coalesce(auth._refuse_user(v_user, _session_id, _now), auth._refuse_delegated(_session_id));
  status := case when body is null then 200 else 403 end;
  if status = 200 then
    select coalesce(jsonb_agg(auth._session_json(s) || jsonb_build_object('current', s.id = _session_id)
                              order by coalesce(s.refreshed_at, s.created_at) desc), '[]')
      into body
      from (select * from auth.sessions s where s.user_id = _user_id order by s.updated_at desc limit 200) s;
  end if;
end
$$;
comment on function auth.session_list(uuid, uuid, timestamptz) is
  'The caller''s sessions, last used first, at most 200: 200, or 403 as user_get.';
revoke execute on function auth.session_list(uuid, uuid, timestamptz) from public;
grant execute on function auth.session_list(uuid, uuid, timestamptz) to authenticator;
