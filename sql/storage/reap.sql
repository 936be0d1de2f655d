-- Both ways of the reaper. Rows of uploads that never finished go, and with
-- them their bytes: a version is handed to one node at a time and comes back
-- in five minutes unless reaped() confirms it. Bytes that no row names go by
-- versions_unknown(), rows without bytes are found by versions_after().
create or replace function storage.reap(_batch int default 500, _now timestamptz default now())
  returns setof uuid
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  delete from storage.uploads u
   using (select e.id
            from storage.uploads e
           where e.expires_at <= _now order by e.expires_at limit _batch
             for update skip locked) old
   where u.id = old.id;
  return query
    with due as (
      select g.version
        from storage.garbage g
       where g.due_at <= _now order by g.due_at limit _batch
         for update skip locked)
    update storage.garbage g set due_at = _now + interval '5 minutes'
      from due where g.version = due.version
    returning g.version;
end
$$;
comment on function storage.reap(int, timestamptz) is
  'Ends expired uploads and answers at most _batch versions whose bytes are to be deleted now.';
revoke execute on function storage.reap(int, timestamptz) from public;
grant execute on function storage.reap(int, timestamptz) to authenticator;
