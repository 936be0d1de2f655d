-- The User object of the wire (contract: GoTrue's /user). Absent times are
-- omitted; no hash, no token, nothing of other users.
create or replace function auth._user_json(_user auth.users)
  returns jsonb
  language sql stable
as $$
  select jsonb_build_object(
           'id', _user.id, 'aud', _user.aud, 'role', _user.role,
           'email', coalesce(_user.email, ''), 'phone', coalesce(_user.phone, ''),
           'app_metadata', _user.raw_app_meta_data, 'user_metadata', _user.raw_user_meta_data,
           'identities', auth._identities_json(_user.id),
           'is_anonymous', _user.is_anonymous,
           'created_at', auth._time(_user.created_at), 'updated_at', auth._time(_user.updated_at))
      || jsonb_strip_nulls(jsonb_build_object(
           'email_confirmed_at', auth._time(_user.email_confirmed_at),
           'phone_confirmed_at', auth._time(_user.phone_confirmed_at),
           'confirmed_at', auth._time(_user.confirmed_at), 'invited_at', auth._time(_user.invited_at),
           'confirmation_sent_at', auth._time(_user.confirmation_sent_at),
           'recovery_sent_at', auth._time(_user.recovery_sent_at),
           'reauthentication_sent_at', auth._time(_user.reauthentication_sent_at),
           'new_email', nullif(_user.email_change, ''),
           'email_change_sent_at', auth._time(_user.email_change_sent_at),
           'new_phone', nullif(_user.phone_change, ''),
           'phone_change_sent_at', auth._time(_user.phone_change_sent_at),
           'last_sign_in_at', auth._time(_user.last_sign_in_at),
           'banned_until', auth._time(_user.banned_until),
           'deleted_at', auth._time(_user.deleted_at)))
      || auth._factors_member(_user.id)
$$;
