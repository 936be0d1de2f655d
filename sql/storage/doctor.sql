create or replace function storage.doctor(_now timestamptz default now())
  returns table ("check" text, ok boolean, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with found (name, breaks, mend) as (
    select 'the storage reaper keeps up',
           array(select count(*) || ' deleted files wait since ' || min(g.due_at) from storage.garbage g
                  where g.due_at < _now - interval '1 hour' having count(*) > 0),
           'howdah storage reap; is a server running, and its backend writable?'
    union all
    select 'unfinished uploads are removed when they expire',
           array(select count(*) || ' uploads expired'
                   from storage.uploads u
                  where u.expires_at < _now - interval '1 hour'
                 having count(*) > 0),
           'howdah storage reap'
    union all
    select 'every stored object has bytes',
           array(select o.bucket_id || '/' || o.name
                   from storage.objects o
                  where o.version is null order by o.bucket_id, o.name limit 10),
           'delete these rows, or upload the files again: rows that SQL inserts hold no bytes')
  select f.name, f.breaks = '{}', array_to_string(f.breaks, ', '), f.mend from found f
$$;
comment on function storage.doctor(timestamptz) is 'The rows that storage adds to `howdah doctor`.';
