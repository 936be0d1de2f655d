-- Whether a user has proved to own an address.
create or replace function auth.owns_email(_user_id uuid, _email text)
  returns boolean
  language sql stable
as $$
  select exists (select from auth.users u
                  where u.id = _user_id and lower(u.email) = lower(_email)
                    and u.email_confirmed_at is not null and u.deleted_at is null)
$$;
comment on function auth.owns_email(uuid, text) is 'Whether the address is the user''s and confirmed.';
revoke execute on function auth.owns_email(uuid, text) from public;
