-- First half of every upload, as the caller: limits, then policies, before any
-- byte. Denied, it raises; the pending upload goes with the transaction.
create or replace function storage.object_begin(
  _bucket_id text, _name text, _upsert boolean, _kind text, _length bigint, _limit bigint, _headers jsonb,
  _user_metadata jsonb, _lifetime interval default '1 day',
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  select o.status, o.body into status, body
    from storage.upload_open(
           _bucket_id => _bucket_id, _name => _name, _owner_id => auth.jwt() ->> 'sub',
           _upsert => _upsert, _kind => _kind, _length => _length, _limit => _limit,
           _headers => _headers, _user_metadata => _user_metadata, _lifetime => _lifetime) o;
  if status = 200 then
    perform storage.object_probe(
              _bucket_id => _bucket_id, _name => _name, _upsert => coalesce(_upsert, false),
              _metadata => _headers || jsonb_build_object('contentLength', _length),
              _user_metadata => _user_metadata);
  end if;
end
$$;
comment on function storage.object_begin(text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval) is
  'Opens an upload for the caller: {upload, limit, expires_at}. Answers upload_open''s refusals; '
  'raises 42501 where policies deny, 23505 where the object exists and _upsert is not set.';
revoke execute
  on function storage.object_begin(text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval)
  from public;
grant execute
  on function storage.object_begin(text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval)
  to anon, authenticated, service_role;
