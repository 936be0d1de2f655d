-- A small upload by a signed link, in one call: its maker's policies were asked
-- when the link was made, so limits are left, and what it may replace.
create or replace function storage.object_put_signed(
  _version uuid, _bucket_id text, _name text, _owner_id text, _upsert boolean, _size bigint, _limit bigint,
  _headers jsonb, _user_metadata jsonb, _replaces text,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_no constant jsonb := storage.admit(
    _bucket_id => _bucket_id, _name => _name, _mimetype => _headers ->> 'mimetype',
    _size => _size, _limit => _limit);
begin
  if v_no is not null then
    status := (v_no ->> 'status')::int;
    body := v_no - 'status';
    return;
  end if;
  select p.status, p.body into status, body
    from storage.object_put(
           _version => _version, _bucket_id => _bucket_id, _name => _name,
           _owner_id => _owner_id, _upsert => _upsert, _size => _size,
           _headers => _headers, _user_metadata => _user_metadata, _replaces => coalesce(_replaces, '')) p;
end
$$;
comment on function storage.object_put_signed(
  uuid, text, text, text, boolean, bigint, bigint, jsonb, jsonb, text) is
  'Makes an object of bytes that are stored, for the holder of a signed upload link, which says what it '
  '_replaces. Refuses as admit() and object_put().';
revoke execute
  on function storage.object_put_signed(uuid, text, text, text, boolean, bigint, bigint, jsonb, jsonb, text)
  from public;
grant execute
  on function storage.object_put_signed(uuid, text, text, text, boolean, bigint, bigint, jsonb, jsonb, text)
  to authenticator;
