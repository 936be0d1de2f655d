-- First half of both …/verify endpoints of passkeys: takes the challenge out,
-- so that no answer to it counts twice, and hands out what the answer is checked
-- with. Whoever signs in names the credential; its owner is looked up here.
create or replace function auth.passkey_answer(
  _user_id uuid, _challenge_id uuid, _credential_id bytea, _ip inet, _settings jsonb,
  _now timestamptz default now(),
  out status int, out body jsonb, out challenge bytea, out ceremony jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_challenge auth.passkey_challenges;
  v_wait      int := auth._limited_passkey(_ip, _settings, _now);
begin
  status := 404;
  body := auth._passkey_disabled(_settings);
  if body is not null then
    return;
  end if;
  if v_wait > 0 then
    status := 429;
    body := auth._too_many(v_wait);
    return;
  end if;
  status := 400;
  delete from auth.passkey_challenges c
   where c.id = _challenge_id and c.user_id is not distinct from _user_id
  returning c.* into v_challenge;
  if v_challenge.id is null then
    body := auth._refusal('webauthn_challenge_not_found', 'The challenge is unknown or was answered before',
                          'Ask for new options.');
    return;
  elsif (v_challenge.expires_at > _now) is not true then
    body := auth._refusal('webauthn_challenge_expired', 'The challenge has expired', 'Ask for new options.');
    return;
  end if;
  status := 200;
  body := '{}';
  challenge := v_challenge.challenge;
  select jsonb_build_object('user_id', u.id, 'name', coalesce(nullif(u.email, ''), u.phone, u.id::text),
                            'registered', c.id is not null,
                            'credentials', case when c.id is null then '[]'
                                                else jsonb_build_array(c.credential) end) into ceremony
    from auth.users u
    left join auth.webauthn_credentials c on c.user_id = u.id and c.credential_id = _credential_id
     and c.factor_id is null and _user_id is null
   where case when _user_id is null then c.id is not null else u.id = _user_id end;
end
$$;
comment on function auth.passkey_answer(uuid, uuid, bytea, inet, jsonb, timestamptz) is
  'Takes out the challenge of a registration (_user_id) or of a sign-in (null, with the '
  'credential''s id): 200 with it and the ceremony''s user, null when nobody has the credential. '
  '400 webauthn_challenge_not_found, webauthn_challenge_expired; 404 passkey_disabled; 429.';
revoke execute on function auth.passkey_answer(uuid, uuid, bytea, inet, jsonb, timestamptz) from public;
grant execute on function auth.passkey_answer(uuid, uuid, bytea, inet, jsonb, timestamptz) to authenticator;
