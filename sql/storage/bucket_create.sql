create or replace function storage.bucket_create(
  _id text, _public boolean, _file_size_limit bigint, _allowed_mime_types text[],
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_owner constant text := auth.jwt() ->> 'sub';
begin
  if (_id ~ '^[-A-Za-z0-9_!.*''() &$=@;:+,?]{1,100}$' and _id not in ('.', '..')
      and _id = btrim(_id)) is not true then
    status := 400;
    body := jsonb_build_object('code', 'InvalidBucketName', 'message', 'Bucket name invalid');
    return;
  end if;
  insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
  values (_id, _id,
          case when v_owner ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then v_owner::uuid end,
          v_owner,
          coalesce(_public, false), _file_size_limit, _allowed_mime_types);
  status := 200;
  body := jsonb_build_object('name', _id);
end
$$;
comment on function storage.bucket_create(text, boolean, bigint, text[]) is
  'Makes a bucket owned by the caller. 400 InvalidBucketName; raises 42501 where policies '
  'deny, 23505 where it exists.';
revoke execute on function storage.bucket_create(text, boolean, bigint, text[]) from public;
grant execute on function storage.bucket_create(text, boolean, bigint, text[])
  to anon, authenticated, service_role;
