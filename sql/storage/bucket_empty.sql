-- A batch of a bucket's objects; the server calls again while more are left.
create or replace function storage.bucket_empty(
  _id text, _batch int default 1000,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
declare
  v_gone int;
begin
  if not exists (select from storage.buckets b where b.id = _id) then
    status := 404;
    body := jsonb_build_object('code', 'NoSuchBucket', 'message', 'Bucket not found');
    return;
  end if;
  delete from storage.objects o
   using (select e.id from storage.objects e where e.bucket_id = _id order by e.name limit _batch) b
   where o.id = b.id;
  get diagnostics v_gone = row_count;
  status := 200;
  body := jsonb_build_object('more', v_gone = _batch);
end
$$;
comment on function storage.bucket_empty(text, int) is
  'Deletes at most _batch objects of a bucket that the caller may see and delete: {more}. 404 NoSuchBucket.';
revoke execute on function storage.bucket_empty(text, int) from public;
grant execute on function storage.bucket_empty(text, int) to anon, authenticated, service_role;
