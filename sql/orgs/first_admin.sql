-- The admin whom the environment names: made once, while nobody is superadmin.
-- Nodes that start at once wait for one another at the role's row.
create or replace function orgs.first_admin(_email text, _password_hash text, _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
begin
  perform from orgs.roles r where r.name = 'superadmin' for update;
  if exists (select from orgs.user_roles u where u.role = 'superadmin') then
    return null;
  end if;
  return orgs.bootstrap_admin(_email => _email, _password_hash => _password_hash, _now => _now);
end
$$;
comment on function orgs.first_admin(text, text, timestamptz) is
  'As bootstrap_admin for the first superadmin; null, and nothing done, when there is one. '
  'For the owner of the database alone.';
revoke execute on function orgs.first_admin(text, text, timestamptz) from public;
