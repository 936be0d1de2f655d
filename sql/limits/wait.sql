-- Looks at a fixed window and counts nothing: for limits on what comes of a
-- request, where the request must be refused before that is known.
create or replace function limits.wait(
  _bucket text, _key text, _limit int, _window interval, _now timestamptz default now())
  returns int
  language sql stable
as $$
  select case when exists (
                select from limits.windows w
                 where w.bucket = _bucket and w.key = coalesce(_key, '')
                   and w.started_at = date_bin(_window, _now, 'epoch') and (w.hits < _limit) is not true)
              then greatest(1,
                            ceil(extract(epoch from date_bin(_window, _now, 'epoch') + _window - _now))::int)
              else 0 end
$$;
comment on function limits.wait(text, text, int, interval, timestamptz) is
  'Whether the window of the key is full: 0 for no, else the seconds until the next. '
  'Counts nothing: limits.hit does.';
