create or replace function storage.bucket_delete(_id text, out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  delete from storage.buckets b where b.id = _id;
  status := case when found then 200 else 404 end;
  body := case when found then jsonb_build_object('message', 'Successfully deleted')
               else jsonb_build_object('code', 'NoSuchBucket', 'message', 'Bucket not found') end;
exception when foreign_key_violation then -- objects, visible to the caller or not
  status := 409;
  body := jsonb_build_object('code', 'ResourceNotEmpty',
                             'message', 'The bucket you tried to delete is not empty');
end
$$;
comment on function storage.bucket_delete(text) is
  'Deletes an empty bucket that the caller may see and delete. 404 NoSuchBucket; 409 ResourceNotEmpty.';
revoke execute on function storage.bucket_delete(text) from public;
grant execute on function storage.bucket_delete(text) to anon, authenticated, service_role;
