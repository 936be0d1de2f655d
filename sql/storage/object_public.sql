-- In plpgsql, for its plan stays: that of a definer's sql is made anew by each call.
create or replace function storage.object_public(_bucket_id text, _name text)
  returns table (
    id uuid, version uuid, bucket_id text, name text, metadata jsonb, user_metadata jsonb,
    created_at timestamptz, updated_at timestamptz)
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  return query
  select o.id, o.version, o.bucket_id, o.name, o.metadata, o.user_metadata, o.created_at, o.updated_at
    from storage.objects o
    join storage.buckets b on b.id = o.bucket_id and b.public
   where o.bucket_id = _bucket_id and o.name = _name;
end
$$;
comment on function storage.object_public(text, text) is
  'The object if its bucket is public, past all policies; else no row.';
revoke execute on function storage.object_public(text, text) from public;
grant execute on function storage.object_public(text, text)
  to anon, authenticated, service_role, authenticator;
