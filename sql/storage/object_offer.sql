-- First half of a small upload: its bytes are there, and object_put() follows
-- in this transaction. So it raises what object_begin() would answer.
create or replace function storage.object_offer(
  _bucket_id text, _name text, _upsert boolean, _size bigint, _limit bigint, _headers jsonb,
  _user_metadata jsonb)
  returns boolean
  language plpgsql volatile
as $$
declare
  v_no constant jsonb := storage.admit(
    _bucket_id => _bucket_id, _name => _name, _mimetype => _headers ->> 'mimetype',
    _size => _size, _limit => _limit);
begin
  if v_no is not null then
    raise exception using
      errcode = 'PT' || (v_no ->> 'status'), constraint = v_no ->> 'code', message = v_no ->> 'message';
  end if;
  return storage.object_probe(
           _bucket_id => _bucket_id, _name => _name, _upsert => coalesce(_upsert, false),
           _metadata => _headers || jsonb_build_object('contentLength', _size),
           _user_metadata => _user_metadata);
end
$$;
comment on function storage.object_offer(text, text, boolean, bigint, bigint, jsonb, jsonb) is
  'True if the caller may write this object. Raises PT404 NoSuchBucket, PT400 InvalidKey, PT413 '
  'EntityTooLarge, PT415 InvalidMimeType; 42501 where policies deny, 23505 where the object '
  'exists and _upsert is not set.';
revoke execute on function storage.object_offer(text, text, boolean, bigint, bigint, jsonb, jsonb)
  from public;
grant execute on function storage.object_offer(text, text, boolean, bigint, bigint, jsonb, jsonb)
  to anon, authenticated, service_role;
