-- POST /auth/v1/logout: ends sessions, and with them their tokens on the very
-- next request. Whoever acts in the user's name (an app, an administrator) ends
-- their own session alone, whatever the scope.
create or replace function auth.sign_out(
  _user_id uuid, _session_id uuid, _scope text, _ip inet, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_scope constant text := case when auth._is_delegated(_session_id) and _scope in ('global', 'others')
                                then 'local'
                                else _scope end;
  v_user  auth.users;
begin
  if (_scope in ('global', 'local', 'others')) is not true then
    status := 400;
    body := auth._refusal('validation_failed',
                          format('Unsupported logout scope %s', to_json(left(_scope, 50))),
                          'Use global, local or others.');
    return;
  end if;
  select u.* into v_user from auth.users u where u.id = _user_id;
  body := auth._refuse_user(v_user, _session_id, _now);
  if body is not null then
    status := 403;
    return;
  end if;
  delete from auth.sessions s
   where s.user_id = _user_id
     and case v_scope
           when 'local' then s.id = _session_id when 'others' then s.id <> _session_id else true end;
  perform auth._audit('logout', 'account', _user_id, _session_id, _ip, jsonb_build_object('scope', v_scope));
  status := 204;
end
$$;
comment on function auth.sign_out(uuid, uuid, text, inet, timestamptz) is
  'Deletes the user''s sessions: all (global), the token''s (local), or all but that (others). 204; '
  '400 validation_failed for another scope; 403 as user_get.';
revoke execute on function auth.sign_out(uuid, uuid, text, inet, timestamptz) from public;
grant execute on function auth.sign_out(uuid, uuid, text, inet, timestamptz) to authenticator;
