-- A trigger queues the bytes for removal. What is missing and what is
-- forbidden are both left out of the answer.
create or replace function storage.objects_delete(
  _bucket_id text, _names text[],
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
as $$
begin
  with gone as (
    delete from storage.objects o
     where o.bucket_id = _bucket_id and o.name = any (_names)
    returning o.*)
  select coalesce(jsonb_agg(to_jsonb(g) - 'path_tokens' - 'size'), '[]') into body from gone g;
  status := 200;
end
$$;
comment on function storage.objects_delete(text, text[]) is
  'Deletes the objects of these exact names that the caller may delete, and answers their rows.';
revoke execute on function storage.objects_delete(text, text[]) from public;
grant execute on function storage.objects_delete(text, text[]) to anon, authenticated, service_role;
