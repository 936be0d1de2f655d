-- Opens the upload that a signed link allows. Nobody is the caller: the link
-- names the owner, and its maker's policies were asked when it was made.
create or replace function storage.upload_signed(
  _bucket_id text, _name text, _owner_id text, _upsert boolean, _kind text, _length bigint, _limit bigint,
  _headers jsonb, _user_metadata jsonb, _replaces text, _lifetime interval default '1 day',
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  if exists (
    select from storage.objects o
     where o.bucket_id = _bucket_id and o.name = _name
       and (_upsert
            and (_replaces = '*' or _replaces = o.id::text or o.owner_id = _owner_id)) is not true) then
    status := 409;
    body := storage._refusal('KeyAlreadyExists', 'The resource already exists');
    return;
  end if;
  select o.status, o.body into status, body
    from storage.upload_open(
           _bucket_id => _bucket_id, _name => _name, _owner_id => _owner_id, _upsert => _upsert,
           _kind => _kind, _length => _length, _limit => _limit, _headers => _headers,
           _user_metadata => _user_metadata, _lifetime => _lifetime) o;
  -- no row if it was refused
  update storage.uploads u set replaces = coalesce(_replaces, '') where u.id = (body ->> 'upload')::uuid;
end
$$;
comment on function storage.upload_signed(
  text, text, text, boolean, text, bigint, bigint, jsonb, jsonb, text, interval) is
  'Opens an upload for the holder of a signed upload link, as upload_open; 409 KeyAlreadyExists without '
  '_upsert, or for what the link does not say that it _replaces and another owns.';
revoke execute
  on function storage.upload_signed(text, text, text, boolean, text, bigint, bigint,
                                    jsonb, jsonb, text, interval)
  from public;
grant execute
  on function storage.upload_signed(text, text, text, boolean, text, bigint, bigint,
                                    jsonb, jsonb, text, interval)
  to authenticator;
