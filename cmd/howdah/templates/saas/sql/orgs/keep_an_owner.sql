-- An organisation never loses its last owner. Locks the organisation, so that
-- two owners who leave at once do not both succeed.
create or replace function private.keep_an_owner()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform from public.organizations o where o.id = old.organization_id for update;
  if found and not exists (select from public.memberships m
                            where m.organization_id = old.organization_id and m.role = 'owner') then
    raise exception using
      errcode = 'PT409', constraint = 'last_owner', message = 'An organisation needs an owner.', hint = 'Make another member its owner first.';
  end if;
  return null;
end
$$;
comment on function private.keep_an_owner() is 'Trigger: refuses, with PT409 last_owner, what would leave an organisation without an owner.';
revoke execute on function private.keep_an_owner() from public;

drop trigger if exists memberships_keep_an_owner on public.memberships;
create trigger memberships_keep_an_owner
  after update or delete on public.memberships
  for each row when (old.role = 'owner')
  execute function private.keep_an_owner();
