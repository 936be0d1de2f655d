create or replace function storage.bucket_update(_id text, _changes jsonb, out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  update storage.buckets b
     set public = coalesce((_changes ->> 'public')::boolean, b.public),
         file_size_limit = case when _changes ? 'file_size_limit'
                                then (_changes ->> 'file_size_limit')::bigint
                                else b.file_size_limit end,
         allowed_mime_types = case when not _changes ? 'allowed_mime_types' then b.allowed_mime_types
                                   when jsonb_typeof(_changes -> 'allowed_mime_types') = 'array' then array(
                                     select jsonb_array_elements_text(_changes -> 'allowed_mime_types')) end,
         updated_at = now()
   where b.id = _id;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('message', 'Successfully updated')
               else jsonb_build_object('code', 'NoSuchBucket', 'message', 'Bucket not found') end;
end
$$;
comment on function storage.bucket_update(text, jsonb) is
  'Sets public, file_size_limit and allowed_mime_types where _changes has the key; null clears. '
  '404 NoSuchBucket where the caller may not see or update it.';
revoke execute on function storage.bucket_update(text, jsonb) from public;
grant execute on function storage.bucket_update(text, jsonb) to anon, authenticated, service_role;
