-- The handler that a job's name means: name@2 names a version, name alone the
-- newest. No SET clause, so that it inlines.
create or replace function jobs._handler(_name text)
  returns setof jobs.handlers
  language sql stable
as $$
  select h.*
    from jobs.handlers h
   where h.name = split_part(_name, '@', 1) and (strpos(_name, '@') = 0 or _name = h.name || '@' || h.version)
   order by h.version desc
   limit 1
$$;
