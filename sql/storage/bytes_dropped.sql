-- Bytes of an upload or a part that goes, unless an object has taken them over.
create or replace function storage.bytes_dropped()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_version constant uuid := case tg_table_name
                               when 'parts' then (to_jsonb(old) ->> 'version')::uuid
                               else (to_jsonb(old) ->> 'id')::uuid end;
begin
  insert into storage.garbage (version)
  select v_version
   where not exists (select from storage.objects o where o.version = v_version)
  on conflict (version) do nothing;
  return null;
end
$$;
comment on function storage.bytes_dropped() is
  'Trigger of storage.uploads and storage.parts: queues for removal the bytes that no object took over.';
revoke execute on function storage.bytes_dropped() from public;

drop trigger if exists uploads_dropped on storage.uploads;
create trigger uploads_dropped
  after delete on storage.uploads
  for each row execute function storage.bytes_dropped();
drop trigger if exists parts_dropped on storage.parts;
create trigger parts_dropped
  after delete on storage.parts
  for each row execute function storage.bytes_dropped();
