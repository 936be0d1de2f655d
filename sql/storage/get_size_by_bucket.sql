create or replace function storage.get_size_by_bucket()
  returns table (size bigint, bucket_id text)
  language sql stable
as $$
  select sum(o.size)::bigint, o.bucket_id from storage.objects o group by o.bucket_id
$$;
comment on function storage.get_size_by_bucket() is
  'Bytes of each bucket''s objects, of those that the caller''s policies show.';
revoke execute on function storage.get_size_by_bucket() from public;
grant execute on function storage.get_size_by_bucket() to anon, authenticated, service_role;
