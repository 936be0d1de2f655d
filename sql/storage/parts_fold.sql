-- Puts one part in the place of many, whose bytes it has.
create or replace function storage.parts_fold(
  _upload_id uuid, _part uuid, _count int,
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_size  bigint;
  v_count int;
begin
  perform from storage.uploads u where u.id = _upload_id and u.state = 'pending' for update;
  with gone as (
    delete from storage.parts p where p.upload_id = _upload_id and p.number <= _count returning p.size)
  select sum(g.size)::bigint, count(*)::int into v_size, v_count from gone g;
  if (v_count = _count) is not true then
    raise exception using
      errcode = 'PT409', constraint = 'ResourceLocked', message = 'The upload has other parts by now';
  end if;
  insert into storage.parts (upload_id, number, version, size) values (_upload_id, 1, _part, v_size);
  update storage.parts p
     set number = p.number - _count + 1
   where p.upload_id = _upload_id and p.number > _count;
  status := 200;
  body := '{}';
end
$$;
comment on function storage.parts_fold(uuid, uuid, int) is
  'Replaces the first _count parts of an upload by one; raises PT409 ResourceLocked when '
  'they are not these any more.';
revoke execute on function storage.parts_fold(uuid, uuid, int) from public;
grant execute on function storage.parts_fold(uuid, uuid, int) to authenticator;
