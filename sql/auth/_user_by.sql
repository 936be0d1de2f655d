-- The user with an e-mail (in any case) or a phone (digits); no row for none. What is
-- not ASCII finds nobody: lower() would make an ASCII address of some of it.
create or replace function auth._user_by(_email text, _phone text)
  returns setof auth.users
  language sql stable
as $$
  select u.* from auth.users u
   where _email ~ '^[!-~]+$' and lower(u.email) = lower(_email) and not u.is_sso_user and u.deleted_at is null
   union all
  select u.* from auth.users u
   where _email is null and u.phone = _phone and u.deleted_at is null
$$;
