-- howdah admin create-user, on the owner's connection: nobody is granted it. A
-- user who is there keeps their password unless one is given.
create or replace function orgs.bootstrap_admin(_email text, _password_hash text, _role text default 'superadmin', _now timestamptz default now())
  returns jsonb
  language plpgsql volatile
as $$
declare
  v_user jsonb;
begin
  v_user := auth.ensure_user(_email => _email, _password_hash => _password_hash, _now => _now);
  insert into orgs.user_roles (user_id, role, created_at) values ((v_user ->> 'id')::uuid, _role, _now) on conflict do nothing;
  return jsonb_build_object('id', v_user -> 'id', 'email', v_user -> 'email', 'role', _role, 'created', v_user -> 'created');
end
$$;
comment on function orgs.bootstrap_admin(text, text, text, timestamptz) is
  'Makes a confirmed user of an address and password hash, or takes the one who is there, and gives them a role that holds everywhere. For the owner of the database alone.';
revoke execute on function orgs.bootstrap_admin(text, text, text, timestamptz) from public;
