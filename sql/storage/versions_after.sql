create or replace function storage.versions_after(_after uuid, _limit int default 1000)
  returns table (version uuid, size bigint, bucket_id text, name text)
  language sql stable
  security definer set search_path = ''
as $$
  select o.version, o.size, o.bucket_id, o.name::text
    from storage.objects o
   where o.version > coalesce(_after, '00000000-0000-0000-0000-000000000000')
   order by o.version
   limit _limit
$$;
comment on function storage.versions_after(uuid, int) is
  'The next objects in order of version, to compare with the backend or to move to another.';
revoke execute on function storage.versions_after(uuid, int) from public;
grant execute on function storage.versions_after(uuid, int) to authenticator;
