create or replace function storage.bucket_public(_id text, out status int, out body jsonb)
  returns record
  language plpgsql stable
  security definer set search_path = ''
as $$
begin
  status := 200;
  body := '{}';
  if not exists (select from storage.buckets b where b.id = _id and b.public) then
    status := 404;
    body := storage._refusal('NoSuchBucket', 'Bucket not found');
  end if;
end
$$;
comment on function storage.bucket_public(text) is
  'Answers 200 for a public bucket, 404 NoSuchBucket for all others.';
revoke execute on function storage.bucket_public(text) from public;
grant execute on function storage.bucket_public(text) to authenticator;
