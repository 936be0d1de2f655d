-- Applied last, by a superuser only. Without one, call realtime.enable by hand,
-- and again after adding partitions.
drop event trigger if exists howdah_realtime_partitions;
create event trigger howdah_realtime_partitions
  on ddl_command_end
  when tag in ('CREATE TABLE', 'ALTER TABLE')
  execute function realtime.follow_partitions();
drop event trigger if exists howdah_realtime_publication;
create event trigger howdah_realtime_publication
  on ddl_command_end
  when tag in ('CREATE PUBLICATION', 'ALTER PUBLICATION')
  execute function realtime.follow_publication();
drop event trigger if exists howdah_realtime_publication_drop;
create event trigger howdah_realtime_publication_drop
  on sql_drop
  when tag in ('ALTER PUBLICATION', 'DROP PUBLICATION')
  execute function realtime.leave_publication();
