-- The one maker of one-time tokens, and of the mail or SMS that carries them.
-- _token is what the server made: code and token are keyed hashes (hex), sealed
-- is {purpose: base64}, the secrets encrypted for the mail worker, and plain,
-- where a send hook is configured, the same in the clear for the hook alone.

-- A flow that ends in a code for its client (PKCE); null for the implicit one.
create or replace function auth._begin_flow(
  _user_id uuid, _purpose text, _token jsonb, _expires_at timestamptz, _now timestamptz)
  returns uuid
  language plpgsql volatile
as $$
declare
  v_id uuid;
begin
  if _token ->> 'code_challenge' is null then
    return null;
  end if;
  insert into auth.flow_states (purpose, user_id, code_challenge, code_challenge_method,
                                created_at, expires_at)
  values (_purpose, _user_id, _token ->> 'code_challenge', lower(_token ->> 'code_challenge_method'),
          _now, _expires_at)
  returning id into v_id;
  return v_id;
end
$$;

-- Stores the token in place of the one that was pending.
create or replace function auth._keep_token(
  _user_id uuid, _kind text, _purpose text, _to text, _token jsonb, _settings jsonb, _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_expires_at constant timestamptz := _now
    + make_interval(
      secs => auth._setting(_settings,
                            case when _to ~ '@' then 'otp_exp' else 'sms_otp_exp' end)::double precision);
begin
  insert into auth.one_time_tokens as t (user_id, kind, purpose, relates_to, token_hash,
                                         code_hash, flow_id, created_at, expires_at)
  values (_user_id, _kind, _purpose, _to, decode(_token ->> 'token', 'hex'),
          auth._code_hash(decode(_token ->> 'code', 'hex'), _user_id),
          auth._begin_flow(_user_id, _purpose, _token, v_expires_at, _now), _now, v_expires_at)
      on conflict (user_id, kind) do update
     set id = excluded.id, purpose = excluded.purpose, relates_to = excluded.relates_to,
         token_hash = excluded.token_hash, code_hash = excluded.code_hash, attempts = 0,
         flow_id = excluded.flow_id, created_at = excluded.created_at, expires_at = excluded.expires_at;
  update auth.users u
     set confirmation_sent_at = case when _kind = 'confirmation' then _now else u.confirmation_sent_at end,
         recovery_sent_at = case when _kind = 'recovery' then _now else u.recovery_sent_at end,
         invited_at = case when _purpose = 'invite' then _now else u.invited_at end,
         email_change_sent_at = case when _kind like 'email\_change%' then _now
                                     else u.email_change_sent_at end,
         phone_change_sent_at = case when _kind = 'phone_change' then _now else u.phone_change_sent_at end,
         reauthentication_sent_at = case when _kind = 'reauthentication' then _now
                                         else u.reauthentication_sent_at end
   where u.id = _user_id;
end
$$;

create or replace function auth._code_hash(_code bytea, _user_id uuid)
  returns bytea
  language sql immutable strict parallel safe
as $$
  select sha256(_code || uuid_send(_user_id))
$$;

-- Keeps a token that is going to be sent.
create or replace function auth._promise(
  _user auth.users, _kind text, _purpose text, _to text, _token jsonb, _ip inet, _settings jsonb,
  _now timestamptz)
  returns void
  language plpgsql volatile
as $$
begin
  perform auth._keep_token(_user.id, _kind, _purpose, _to, _token, _settings, _now);
  perform auth._count_sent(case when _to ~ '@' then 'mail' else 'sms' end, _settings, _now);
  perform auth._audit(case _purpose
                        when 'recovery' then 'user_recovery_requested'
                        when 'magiclink' then 'user_recovery_requested'
                        when 'invite' then 'user_invited'
                        when 'reauthentication' then 'user_reauthenticate_requested'
                        else 'user_confirmation_requested' end,
                      'user', _user.id, null, _ip, jsonb_build_object('kind', _purpose));
end
$$;

-- Whether a hook sends in place of mail server and gateway: over HTTP, or a function,
-- which needs the codes in the clear.
create or replace function auth._sends(_event text, _token jsonb, _settings jsonb)
  returns boolean
  language plpgsql stable
as $$
begin
  return coalesce(_settings -> 'http_hooks' ? _event, false)
      or coalesce(_token ? 'plain', false) and exists (select from auth.hooks h where h.event = _event);
end
$$;

-- All that GoTrue says in email_data, as far as it is no secret.
create or replace function auth._email_data(_action text, _settings jsonb, _more jsonb)
  returns jsonb
  language sql immutable parallel safe
as $$
  select jsonb_build_object(
    'token', '', 'token_hash', '', 'redirect_to', '', 'email_action_type', _action,
    'site_url', coalesce(auth._setting(_settings, 'external_url'), ''),
    'token_new', '', 'token_hash_new', '', 'old_email', '', 'old_phone', '',
    'provider', '', 'factor_type', '')
      || _more
$$;

-- Has the hook of an event send. A function is called at once, and its refusal ends
-- the request. Over HTTP a job does it, once the transaction has committed, and again
-- where it failed: GoTrue calls within the request, and fails the sign-up when its
-- sender does. Codes wait sealed, as those of mails do.
create or replace function auth._send_by_hook(
  _event text, _user auth.users, _to text, _more jsonb, _sealed bytea, _plain jsonb, _ip inet,
  _settings jsonb, _now timestamptz, _idempotency_key text default null)
  returns void
  language plpgsql volatile
as $$
declare
  v_part  constant text := case _event when 'send_sms' then 'sms' else 'email_data' end;
  v_input constant jsonb := jsonb_build_object('user', auth._user_json(_user), v_part, _more);
begin
  if _settings -> 'http_hooks' ? _event then
    perform mail.queue_hook(_channel => case _event when 'send_sms' then 'sms' else 'mail' end,
                            _to => _to, _event => _event,
                            _input => auth._hook_input(_event, v_input, _ip, _now),
                            _sealed => _sealed, _idempotency_key => _idempotency_key);
  else
    perform auth._fire(_event, jsonb_set(v_input, array[v_part], _more || coalesce(_plain, '{}')),
                       _ip, _settings, _now);
  end if;
end
$$;

-- Keeps the token and sends it: to an e-mail or a phone, by hook or by job.
create or replace function auth._send(
  _user auth.users, _kind text, _purpose text, _to text, _token jsonb, _ip inet, _settings jsonb,
  _now timestamptz)
  returns void
  language plpgsql volatile
as $$
declare
  v_sealed constant bytea := decode(coalesce(_token #>> array['sealed', _purpose], _token #>> '{sealed,any}'),
                                    'base64');
  v_hook   constant text := case when _to ~ '@' then 'send_email' else 'send_sms' end;
begin
  perform auth._promise(_user, _kind, _purpose, _to, _token, _ip, _settings, _now);
  if v_hook = 'send_sms' and v_sealed is null then
    return; -- a test phone gets no message
  elsif v_hook = 'send_sms' and auth._sends(v_hook, _token, _settings) then
    perform auth._send_by_hook(v_hook, _user, _to, jsonb_build_object('phone', _to), v_sealed,
                               jsonb_build_object('otp', _token #>> '{plain,token}'), _ip, _settings, _now);
  elsif auth._sends(v_hook, _token, _settings) then
    perform auth._send_by_hook(v_hook, _user, _to,
                               auth._email_data(
                                 case _purpose when 'email' then 'signup' else _purpose end, _settings,
                                 jsonb_build_object('redirect_to', coalesce(_token ->> 'redirect_to', ''))),
                               v_sealed, _token -> 'plain', _ip, _settings, _now);
  elsif v_hook = 'send_sms' then
    perform sms.send(_to => _to, _body_template => auth._setting(_settings, 'sms_template'),
                     _data => jsonb_build_object('phone', _to), _sealed => v_sealed);
  else
    perform mail.send(
      _to       => _to,
      _template => case _purpose
                     when 'signup' then 'confirmation' when 'email' then 'confirmation'
                     when 'magiclink' then 'magic_link' when 'email_change' then _kind else _purpose end,
      _data => jsonb_build_object(
        'site_url', auth._setting(_settings, 'site_url'), 'redirect_to', _token ->> 'redirect_to',
        'email', coalesce(_user.email, ''),
        'new_email', coalesce(_user.email_change, ''), 'sending_to', _to, 'data', _user.raw_user_meta_data),
      _sealed   => v_sealed);
  end if;
end
$$;
