-- What a scanner reads: the bytes of an upload that waits for its verdict.
create or replace function storage.object_scanning(_upload_id uuid)
  returns table (
    id uuid, version uuid, bucket_id text, name text, metadata jsonb, user_metadata jsonb,
    created_at timestamptz, updated_at timestamptz)
  language sql stable
  security definer set search_path = ''
as $$
  select u.id, u.version, u.bucket_id, u.name, u.headers, u.user_metadata, u.created_at, u.created_at
    from storage.uploads u
   where u.id = _upload_id and u.state = 'scanning'
$$;
comment on function storage.object_scanning(uuid) is
  'An upload that waits for storage.scanned(), in the shape of an object; else no row.';
revoke execute on function storage.object_scanning(uuid) from public;
grant execute on function storage.object_scanning(uuid) to service_role;
