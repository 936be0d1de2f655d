-- The first quota that so much more would break, as a sentence; null for none.
-- Whoever must not be overtaken holds the rows of storage.usage.
create or replace function storage._quota_breach(
  _bucket_id text, _owner_id text, _bytes bigint, _objects bigint)
  returns text
  language plpgsql stable
as $$
begin
  if not exists (select from storage.quotas q where q.bucket_id = _bucket_id) then
    return null;
  end if;
  return (
    select case when u.bytes + _bytes > q.max_bytes
                then format('The %s may hold %s bytes.', q.whose, q.max_bytes)
                else format('The %s may hold %s objects.', q.whose, q.max_objects) end
      from (select '' as owner_id, 'bucket' as whose, b.max_bytes, b.max_objects
              from storage.quotas b where b.bucket_id = _bucket_id and b.owner_id = ''
            union all
            (select _owner_id, 'owner', o.max_bytes, o.max_objects
               from storage.quotas o
              where o.bucket_id = _bucket_id and o.owner_id in (_owner_id, '*') and _owner_id <> ''
              order by o.owner_id = '*' -- one's own comes before everybody's
              limit 1)) q
      left join storage.usage s on s.bucket_id = _bucket_id and s.owner_id = q.owner_id
     cross join lateral (select coalesce(s.bytes, 0) as bytes, coalesce(s.objects, 0) as objects) u
     where u.bytes + _bytes > q.max_bytes or u.objects + _objects > q.max_objects
     limit 1);
end
$$;
