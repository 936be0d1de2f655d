-- DELETE /user/identities/{identity_id}: never the last one.

-- Gives the user the best e-mail that is left, when theirs has gone with an identity.
create or replace function auth._promote_email(_user_id uuid, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_best auth.identities;
begin
  if exists (select from auth.users u
               join auth.identities i on i.user_id = u.id and i.email = lower(u.email)
              where u.id = _user_id)
     or not exists (select from auth.users u where u.id = _user_id and u.email is not null) then
    return;
  end if;
  select i.* into v_best from auth.identities i
   where i.user_id = _user_id and i.email is not null
   order by (i.identity_data -> 'email_verified' = 'true') is true desc, i.created_at
   limit 1;
  delete from auth.one_time_tokens t where t.user_id = _user_id;
  update auth.users u
     set email = v_best.email, email_change = null,
         email_confirmed_at = case when v_best.identity_data -> 'email_verified' = 'true'
                                   then coalesce(u.email_confirmed_at, _now) end,
         email_autoconfirmed = u.email_autoconfirmed and v_best.provider = 'email'
   where u.id = _user_id;
end
$$;

create or replace function auth.identity_unlink(
  _user_id uuid, _session_id uuid, _identity_id uuid, _ip inet, _settings jsonb,
  _now timestamptz default now())
  returns auth.outcome
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_user     auth.users;
  v_identity auth.identities;
  v_out      auth.outcome;
begin
  select u.* into v_user from auth.users u where u.id = _user_id for update;
  v_out.body := coalesce(auth._refuse_user(v_user, _session_id, _now), auth._refuse_delegated(_session_id));
  if v_out.body is not null then
    v_out.status := 403;
    return v_out;
  elsif auth._setting(_settings, 'manual_linking') <> 'true' then
    return auth._no(404, 'manual_linking_disabled', 'Manual linking is disabled');
  elsif (select count(*) from auth.identities i where i.user_id = _user_id) < 2 then
    return auth._no(422, 'single_identity_not_deletable',
                    'User must have at least 1 identity after unlinking');
  end if;
  delete from auth.identities i
   where i.id = _identity_id and i.user_id = _user_id
  returning i.* into v_identity;
  if v_identity.id is null then
    return auth._no(422, 'identity_not_found', 'Identity doesn''t exist');
  end if;
  if v_identity.provider = 'phone' then
    update auth.users u set phone = null, phone_confirmed_at = null where u.id = _user_id;
  else
    perform auth._promote_email(_user_id, _now);
  end if;
  update auth.users u set raw_app_meta_data = auth._providers(u), updated_at = _now where u.id = _user_id;
  perform auth._audit('identity_unlinked', 'user', _user_id, _session_id, _ip,
                      jsonb_build_object('provider', v_identity.provider));
  perform auth._notify('identity_unlinked', v_user.email, v_user,
                       jsonb_build_object('provider', v_identity.provider), _settings, _ip, _now);
  return auth._yes();
exception when unique_violation then
  return auth._no(422, 'email_conflict_identity_not_deletable',
                  'Unable to unlink identity due to email conflict');
end
$$;
comment on function auth.identity_unlink(uuid, uuid, uuid, inet, jsonb, timestamptz) is
  'Takes an identity from the caller: 200; 422 single_identity_not_deletable, identity_not_found, '
  'email_conflict_identity_not_deletable; 404 manual_linking_disabled; 403 as user_get.';
revoke execute on function auth.identity_unlink(uuid, uuid, uuid, inet, jsonb, timestamptz) from public;
grant execute on function auth.identity_unlink(uuid, uuid, uuid, inet, jsonb, timestamptz) to authenticator;
