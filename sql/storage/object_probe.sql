-- Whether the caller may write an object: the write is tried, under the
-- caller's role and policies, and taken back. Denied, it raises what the real
-- write would have raised (42501, 23505), before any byte is sent.
create or replace function storage.object_probe(
  _bucket_id text, _name text, _upsert boolean, _metadata jsonb, _user_metadata jsonb)
  returns boolean
  language plpgsql volatile
as $$
declare
  v_owner    constant text := auth.jwt() ->> 'sub';
  v_owner_id constant uuid := case when v_owner ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
                                   then v_owner::uuid end;
begin
  if _upsert then
    insert into storage.objects as o (bucket_id, name, owner, owner_id, metadata, user_metadata)
    values (_bucket_id, _name, v_owner_id, v_owner, _metadata, _user_metadata)
    on conflict (bucket_id, name) do update
       set owner = excluded.owner, owner_id = excluded.owner_id, metadata = excluded.metadata,
           user_metadata = excluded.user_metadata;
  else
    insert into storage.objects (bucket_id, name, owner, owner_id, metadata, user_metadata)
    values (_bucket_id, _name, v_owner_id, v_owner, _metadata, _user_metadata);
  end if;
  raise exception using errcode = 'PT299', message = 'allowed';
exception when sqlstate 'PT299' then -- the block's end takes the row back
  return true;
end
$$;
comment on function storage.object_probe(text, text, boolean, jsonb, jsonb) is
  'True if the caller''s policies allow to write this object now; raises what the write would '
  'raise otherwise. Writes nothing.';
revoke execute on function storage.object_probe(text, text, boolean, jsonb, jsonb) from public;
grant execute on function storage.object_probe(text, text, boolean, jsonb, jsonb)
  to anon, authenticated, service_role;
