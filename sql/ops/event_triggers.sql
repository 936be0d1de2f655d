-- Applied last, by a superuser only. Without one, tables get row level security
-- by hand, and `howdah doctor` shows those that lack it.
drop event trigger if exists howdah_enable_rls;
create event trigger howdah_enable_rls
  on ddl_command_end
  when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE')
  execute function ops.enable_rls();
