-- GET /api-keys: newest first, revoked ones too, for as long as they are kept.
create or replace function auth.api_key_list(
  _user_id uuid, _session_id uuid, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  status := 403;
  body := auth._mfa_refusal(_user_id, _session_id, _now);
  if body is not null then
    return;
  end if;
  status := 200;
  body := (select coalesce(jsonb_agg(auth._api_key_json(k) order by k.created_at desc, k.id), '[]')
             from (select *
                     from auth.api_keys a
                    where a.user_id = _user_id
                    order by a.created_at desc, a.id limit 1000) k);
end
$$;
comment on function auth.api_key_list(uuid, uuid, timestamptz) is
  'The user''s API keys, newest first, at most 1000. 403 as mfa_enroll.';
revoke execute on function auth.api_key_list(uuid, uuid, timestamptz) from public;
grant execute on function auth.api_key_list(uuid, uuid, timestamptz) to authenticator;
