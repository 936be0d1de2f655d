-- The multipart uploads of a bucket that are under way: to each caller its own,
-- to service_role all. Uploads are nobody's rows, so there is no policy to ask.
create or replace function storage.uploads_list(
  _bucket_id text, _prefix text, _after_name text, _after_id uuid, _limit int)
  returns table (id uuid, name text, owner_id text, created_at timestamptz)
  language plpgsql stable
  security definer set search_path = ''
as $$
declare
  v_all constant boolean := coalesce(auth.role() = 'service_role', false);
begin
  return query
  select u.id, u.name::text, u.owner_id, u.created_at
    from storage.uploads u
   where u.bucket_id = _bucket_id and u.kind = 's3' and u.state = 'pending'
     and (v_all or u.owner_id = auth.jwt() ->> 'sub')
     and u.name >= _prefix and u.name < _prefix || chr(1114111)
     and (u.name > coalesce(_after_name, '') or u.name = _after_name and u.id > _after_id)
   order by u.name, u.id
   limit _limit;
end
$$;
comment on function storage.uploads_list(text, text, text, uuid, int) is
  'At most _limit pending multipart uploads whose names have the prefix, after a name and, given one, an id: '
  'the caller''s own, or all for service_role.';
revoke execute on function storage.uploads_list(text, text, text, uuid, int) from public;
grant execute on function storage.uploads_list(text, text, text, uuid, int)
  to anon, authenticated, service_role;
