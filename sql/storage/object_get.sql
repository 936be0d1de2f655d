-- Finding the bytes of an object to read. What is absent and what is forbidden
-- answer alike. Public buckets are read past policies, by object_public alone.
create or replace function storage.object_get(_bucket_id text, _name text, _public boolean default false)
  returns table (
    id uuid, version uuid, bucket_id text, name text, metadata jsonb, user_metadata jsonb,
    created_at timestamptz, updated_at timestamptz)
  language sql stable
as $$
  select p.* from storage.object_public(_bucket_id => _bucket_id, _name => _name) p where _public
  union all
  select o.id, o.version, o.bucket_id, o.name, o.metadata, o.user_metadata, o.created_at, o.updated_at
    from storage.objects o
   where o.bucket_id = _bucket_id and o.name = _name
   limit 1
$$;
comment on function storage.object_get(text, text, boolean) is
  'The object if the caller''s policies show it or, with _public, if its bucket is public; else no row.';
revoke execute on function storage.object_get(text, text, boolean) from public;
grant execute on function storage.object_get(text, text, boolean) to anon, authenticated, service_role;
