-- Tells every node to read the upstreams again. A statement's trigger, so that
-- many rows are one message. Takes NOTIFY's lock at commit: upstreams change
-- by hand, not by load.
create or replace function functions.upstreams_changed()
  returns trigger
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('howdah_functions', '');
  return null;
end
$$;
comment on function functions.upstreams_changed() is
  'Trigger: announces a change of functions.upstreams on channel howdah_functions.';
revoke execute on function functions.upstreams_changed() from public;

drop trigger if exists upstreams_changed on functions.upstreams;
create trigger upstreams_changed
  after insert or update or delete or truncate on functions.upstreams
  for each statement execute function functions.upstreams_changed();
