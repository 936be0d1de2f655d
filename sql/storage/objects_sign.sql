-- Which of these objects the caller may read, in the order asked: what gets a signed link.
create or replace function storage.objects_sign(
  _bucket_id text, _names text[],
  out status int, out body jsonb)
  returns record
  language sql stable
as $$
  select 200, coalesce(jsonb_agg(o.id is not null order by n.position), '[]')
    from unnest(_names) with ordinality as n (name, position)
    left join storage.objects o on o.bucket_id = _bucket_id and o.name = n.name
$$;
comment on function storage.objects_sign(text, text[]) is
  'An array of booleans beside _names: whether the caller''s policies show the object.';
revoke execute on function storage.objects_sign(text, text[]) from public;
grant execute on function storage.objects_sign(text, text[]) to anon, authenticated, service_role;
