-- What follows from a row of storage.objects that comes, changes or goes,
-- whoever did it, by whatever SQL: bytes that nothing names are queued for
-- removal, quotas count, hooks fire. All of it is the writer's transaction.
-- Locks: the bucket (key share), then its usage rows, the whole before the owner's.

-- Adds to the counters of a bucket with quotas, and refuses what is too much.
create or replace function storage._count(_bucket_id text, _owner_id text, _bytes bigint, _objects bigint)
  returns void
  language plpgsql volatile
as $$
declare
  v_breach text;
begin
  perform from storage.buckets b where b.id = _bucket_id for key share;
  if not exists (select from storage.quotas q where q.bucket_id = _bucket_id) then
    return;
  end if;
  insert into storage.usage as u (bucket_id, owner_id, bytes, objects)
  select _bucket_id, o.id, _bytes, _objects
    from unnest(array['', _owner_id]) with ordinality as o (id, position)
   where o.id is not null and (o.position = 1 or o.id <> '')
   order by o.position
  on conflict (bucket_id, owner_id) do update
     set bytes = u.bytes + excluded.bytes, objects = u.objects + excluded.objects;
  if _bytes > 0 or _objects > 0 then
    v_breach := storage._quota_breach(_bucket_id, coalesce(_owner_id, ''), 0, 0);
    if v_breach is not null then
      raise exception using
        errcode = 'PT413', constraint = 'QuotaExceeded', message = v_breach,
        hint = 'Delete something first, or ask for more.';
    end if;
  end if;
end
$$;

-- Enqueues the jobs of an event.
create or replace function storage._fire(_event text, _object storage.objects, _before storage.objects)
  returns void
  language plpgsql volatile
as $$
begin
  if not exists (select from storage.hooks h where h.event = _event) then
    return;
  end if;
  perform jobs.enqueue(
            _name => h.job, _queue => h.queue,
            _payload => h.payload || jsonb_build_object(
              'event', _event, 'bucket_id', (_object).bucket_id, 'name', (_object).name,
              'id', (_object).id, 'version', (_object).version,
              'owner_id', (_object).owner_id, 'size', (_object).size, 'metadata', (_object).metadata,
              'user_metadata', (_object).user_metadata,
              'before', case when _event = 'moved' then jsonb_build_object(
                               'bucket_id', (_before).bucket_id, 'name', (_before).name) end))
     from storage.hooks h
    where h.event = _event and (h.bucket_id is null or h.bucket_id = (_object).bucket_id)
    order by h.id;
end
$$;

create or replace function storage.objects_changed()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' and old.version is not null
     and (tg_op = 'DELETE' or old.version is distinct from new.version) then
    insert into storage.garbage (version) values (old.version) on conflict (version) do nothing;
  end if;
  if tg_op = 'INSERT' then
    perform storage._count(new.bucket_id, new.owner_id, new.size, 1);
    perform storage._fire('created', new, null);
  elsif tg_op = 'DELETE' then
    perform storage._count(old.bucket_id, old.owner_id, -old.size, -1);
    perform storage._fire('deleted', old, null);
  elsif (old.bucket_id, old.owner_id, old.size) is distinct from (new.bucket_id, new.owner_id, new.size) then
    perform storage._count(old.bucket_id, old.owner_id, -old.size, -1);
    perform storage._count(new.bucket_id, new.owner_id, new.size, 1);
  end if;
  if tg_op = 'UPDATE' and (old.bucket_id, old.name) is distinct from (new.bucket_id, new.name) then
    perform storage._fire('moved', new, old);
  elsif tg_op = 'UPDATE' then
    perform storage._fire('updated', new, null);
  end if;
  return null;
end
$$;
comment on function storage.objects_changed() is
  'Trigger of storage.objects: queues bytes for removal, counts quotas (PT413 QuotaExceeded), fires hooks.';
revoke execute on function storage.objects_changed() from public;

drop trigger if exists objects_made on storage.objects;
create trigger objects_made
  after insert or delete on storage.objects
  for each row execute function storage.objects_changed();
drop trigger if exists objects_changed on storage.objects;
create trigger objects_changed
  after update of bucket_id, name, owner_id, metadata, user_metadata, version, size on storage.objects
  for each row
  when (old.* is distinct from new.*)
  execute function storage.objects_changed();
