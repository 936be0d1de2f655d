create or replace function storage.versions_unknown(_versions uuid[])
  returns setof uuid
  language sql stable
  security definer set search_path = ''
as $$
  select v.version
    from unnest(_versions) as v (version)
   where not exists (select from storage.objects o where o.version = v.version)
     and not exists (select from storage.uploads u
                      where u.id = v.version or u.writer = v.version or u.version = v.version)
     and not exists (select from storage.parts p where p.version = v.version)
     and not exists (select from storage.garbage g where g.version = v.version)
$$;
comment on function storage.versions_unknown(uuid[]) is
  'Those of the versions that nothing names: bytes to delete, if they are not brand-new.';
revoke execute on function storage.versions_unknown(uuid[]) from public;
grant execute on function storage.versions_unknown(uuid[]) to authenticator;
