-- POST /orgs/v1/orgs: whoever makes an organization administers it. That a slug
-- is used once, the unique key decides.
create or replace function orgs.create_org(
  _name text, _slug text, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_slug constant text := coalesce(lower(_slug),
                                   btrim(regexp_replace(lower(_name), '[^a-z0-9]+', '-', 'g'), '-'));
  v_org  orgs.orgs;
begin
  if auth.uid() is null or coalesce((auth.jwt() ->> 'is_anonymous')::boolean, false)
     or not auth.has_scope('orgs:write') then
    status := 403;
    body := orgs._refusal('forbidden', 'Sign in to make an organization');
    return;
  elsif (length(btrim(_name)) between 1 and 200
         and v_slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$') is not true then
    status := 400;
    body := orgs._refusal('validation_failed',
                          'An organization needs a name, and a slug of 2 to 63 letters, digits and dashes');
    return;
  elsif (select count(*) from orgs.members m where m.user_id = auth.uid() and m.role = 'org_admin')
          >= 100 then
    status := 422;
    body := orgs._refusal('too_many_orgs', 'You administer too many organizations');
    return;
  end if;
  insert into orgs.orgs (name, slug, created_at) values (btrim(_name), v_slug, _now)
      on conflict on constraint orgs_slug_unique do nothing
  returning * into v_org;
  if v_org.id is null then
    status := 409;
    body := orgs._refusal('org_exists', 'The slug is taken', 'Choose another.');
    return;
  end if;
  insert into orgs.members (org_id, user_id, role, joined_at)
  values (v_org.id, auth.uid(), 'org_admin', _now);
  perform auth.audit(_action => 'org_created', _traits => jsonb_build_object('org_id', v_org.id));
  status := 201;
  body := orgs._org_json(v_org) || '{"role": "org_admin"}';
end
$$;
comment on function orgs.create_org(text, text, timestamptz) is
  'Makes an organization that the caller administers: 201 with it; 403 forbidden without a user; '
  '400 validation_failed; 409 org_exists; 422 too_many_orgs.';
revoke execute on function orgs.create_org(text, text, timestamptz) from public;
grant execute on function orgs.create_org(text, text, timestamptz) to authenticated;
