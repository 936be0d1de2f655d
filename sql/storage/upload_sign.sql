-- A signed upload link is a write that is allowed now and made later: policies
-- are asked here, as the caller; the link carries the owner, the upsert, and
-- the object that the caller may replace now. One that comes by this name later
-- was not asked about: whoever may make an object may not replace any.
create or replace function storage.upload_sign(
  _bucket_id text, _name text, _upsert boolean,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  if storage.is_key(_name) is not true then
    status := 400;
    body := jsonb_build_object('code', 'InvalidKey',
                               'message', 'Invalid key: ' || left(coalesce(_name, ''), 100));
    return;
  end if;
  perform storage.object_probe(_bucket_id => _bucket_id, _name => _name, _upsert => coalesce(_upsert, false),
                               _metadata => '{}', _user_metadata => null);
  status := 200;
  body := jsonb_build_object('owner', auth.jwt() ->> 'sub', 'replaces', case
    when _upsert is not true then ''
    when not row_security_active('storage.objects') then '*'
    else coalesce((
      select o.id::text from storage.objects o where o.bucket_id = _bucket_id and o.name = _name), '') end);
end
$$;
comment on function storage.upload_sign(text, text, boolean) is
  'Answers {owner, replaces} if the caller may write this object now. 400 InvalidKey; raises 42501 where '
  'policies deny, 23505 where it exists, 23503 without the bucket.';
revoke execute on function storage.upload_sign(text, text, boolean) from public;
grant execute on function storage.upload_sign(text, text, boolean) to anon, authenticated, service_role;
