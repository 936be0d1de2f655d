-- For links whose signature the server has checked: whoever made the link could read the object then.
-- In plpgsql for the reason that object_public() gives.
create or replace function storage.object_signed(_bucket_id text, _name text)
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
   where o.bucket_id = _bucket_id and o.name = _name;
end
$$;
comment on function storage.object_signed(text, text) is
  'The object, past all policies, for the holder of a signed link; no row when there is none.';
revoke execute on function storage.object_signed(text, text) from public;
grant execute on function storage.object_signed(text, text) to authenticator;
