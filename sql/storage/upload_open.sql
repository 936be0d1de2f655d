-- Admits an upload by the bucket's limits and notes it as pending. It says
-- nothing of whether the caller may write: that is object_probe's, asked by
-- all who call this for a caller.
create or replace function storage.upload_open(
  _bucket_id text, _name text, _owner_id text, _upsert boolean, _kind text, _length bigint, _limit bigint,
  _headers jsonb, _user_metadata jsonb, _lifetime interval default '1 day', _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_no     constant jsonb := storage.admit(
    _bucket_id => _bucket_id, _name => _name, _mimetype => _headers ->> 'mimetype',
    _size => _length, _limit => _limit);
  v_breach text;
begin
  if v_no is not null then
    status := (v_no ->> 'status')::int;
    body := v_no - 'status';
    return;
  end if;
  v_breach := storage._quota_breach(_bucket_id, coalesce(_owner_id, ''), coalesce(_length, 0),
                                    case when _upsert then 0 else 1 end);
  if v_breach is not null then
    status := 413;
    body := storage._refusal('QuotaExceeded', v_breach);
    return;
  end if;
  insert into storage.uploads as u (bucket_id, name, owner_id, upsert, kind, headers, user_metadata,
                                    size_limit, length, created_at, expires_at)
  select _bucket_id, _name, _owner_id, coalesce(_upsert, false), _kind,
         coalesce(_headers, '{}'), _user_metadata,
         case when storage.filename(_name) = '.emptyFolderPlaceholder' then 0
              else least(b.file_size_limit, _limit) end,
         _length,
         _now, _now + _lifetime
    from storage.buckets b
   where b.id = _bucket_id
  returning 200,
            jsonb_build_object('upload', u.id, 'limit', u.size_limit, 'expires_at', u.expires_at) into status,
            body;
end
$$;
comment on function storage.upload_open(
  text, text, text, boolean, text, bigint, bigint, jsonb, jsonb, interval, timestamptz) is
  'Notes a pending upload: {upload, limit, expires_at}. Refuses 404 NoSuchBucket, 400 InvalidKey, 413 '
  'EntityTooLarge and QuotaExceeded, 415 InvalidMimeType. Commits nothing.';
revoke execute
  on function storage.upload_open(text, text, text, boolean, text, bigint, bigint, jsonb,
                                  jsonb, interval, timestamptz)
  from public;
grant execute
  on function storage.upload_open(text, text, text, boolean, text, bigint, bigint, jsonb,
                                  jsonb, interval, timestamptz)
  to anon, authenticated, service_role, authenticator;
