create or replace function storage.bucket_json(_bucket storage.buckets)
  returns jsonb
  language sql stable parallel safe
as $$
  select jsonb_build_object(
    'id', (_bucket).id, 'name', (_bucket).name, 'owner', coalesce((_bucket).owner::text, ''),
    'public', (_bucket).public, 'type', (_bucket).type,
    'file_size_limit', (_bucket).file_size_limit, 'allowed_mime_types', (_bucket).allowed_mime_types,
    'created_at', (_bucket).created_at, 'updated_at', (_bucket).updated_at)
$$;
comment on function storage.bucket_json(storage.buckets) is 'A bucket as the API shows it.';
revoke execute on function storage.bucket_json(storage.buckets) from public;
grant execute on function storage.bucket_json(storage.buckets) to anon, authenticated, service_role;

create or replace function storage.bucket_get(_id text, out status int, out body jsonb)
  returns record
  language plpgsql stable
as $$
begin
  select 200, storage.bucket_json(b) into status, body from storage.buckets b where b.id = _id;
  if not found then
    status := 404;
    body := jsonb_build_object('code', 'NoSuchBucket', 'message', 'Bucket not found');
  end if;
end
$$;
comment on function storage.bucket_get(text) is
  'A bucket that the caller''s policies show; 404 NoSuchBucket for all others.';
revoke execute on function storage.bucket_get(text) from public;
grant execute on function storage.bucket_get(text) to anon, authenticated, service_role;
