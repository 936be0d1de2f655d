-- Admins made from outside the API, on the owner's connection: nobody is granted
-- this. A user who is there keeps their password unless one is given.
create or replace function orgs.bootstrap_admin(
  _email text, _password_hash text, _role text default 'superadmin', _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_user jsonb;
begin
  if not exists (select from orgs.roles r where r.name = _role) then
    raise exception using
      errcode = 'PT404', constraint = 'role_not_found', message = format('there is no role %L', _role),
      hint = 'The built-in ones are superadmin, org_admin, operator and viewer; orgs.define_role makes more.';
  end if;
  v_user := auth.ensure_user(_email => _email, _password_hash => _password_hash, _now => _now);
  insert into orgs.user_roles (user_id, role, created_at)
  values ((v_user ->> 'id')::uuid, _role, _now) on conflict do nothing;
  perform auth.audit(_action => 'role_assigned', _traits => jsonb_build_object(
    'user_id', v_user -> 'id', 'role', _role, 'granted', true, 'by', 'owner'));
  return jsonb_build_object('id', v_user -> 'id', 'email', v_user -> 'email', 'role', _role,
                            'created', v_user -> 'created');
end
$$;
comment on function orgs.bootstrap_admin(text, text, text, timestamptz) is
  'Makes a confirmed user of an address and password hash, or takes the one who is there, and gives them a '
  'role that holds everywhere: who that is. PT404 role_not_found. For the owner of the database alone.';
revoke execute on function orgs.bootstrap_admin(text, text, text, timestamptz) from public;
