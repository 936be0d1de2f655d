-- Sets or clears a quota, and counts what is there already. The counters exist
-- only for buckets with quotas, so that the others pay nothing for them. Lock:
-- the bucket's row, as each writer that counts takes it in key share first, so
-- no object is missed between the count and the quota.
create or replace function storage.quota_set(
  _bucket_id text, _max_bytes bigint, _max_objects bigint, _owner_id text default '',
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform from storage.buckets b where b.id = _bucket_id for update;
  if not found then
    status := 404;
    body := storage._refusal('NoSuchBucket', 'Bucket not found');
    return;
  end if;
  delete from storage.quotas q where q.bucket_id = _bucket_id and q.owner_id = coalesce(_owner_id, '');
  if _max_bytes is not null or _max_objects is not null then
    insert into storage.quotas (bucket_id, owner_id, max_bytes, max_objects)
    values (_bucket_id, coalesce(_owner_id, ''), _max_bytes, _max_objects);
  end if;
  delete from storage.usage u where u.bucket_id = _bucket_id;
  if exists (select from storage.quotas q where q.bucket_id = _bucket_id) then
    insert into storage.usage (bucket_id, owner_id, bytes, objects)
    select _bucket_id, coalesce(o.owner_id, ''), coalesce(sum(o.size), 0), count(o.id)
      from storage.objects o
     where o.bucket_id = _bucket_id
     group by rollup (o.owner_id)
    having grouping(o.owner_id) = 1 or o.owner_id <> '';
  end if;
  status := 200;
  body := jsonb_build_object('message', 'Successfully updated');
end
$$;
comment on function storage.quota_set(text, bigint, bigint, text) is
  'Limits the bytes and objects of a bucket (_owner_id ''''), of one owner in it, or of each (''*''); '
  'both null clears. 404 NoSuchBucket.';
revoke execute on function storage.quota_set(text, bigint, bigint, text) from public;
grant execute on function storage.quota_set(text, bigint, bigint, text) to service_role;
