-- Applied last, by a superuser only. Without one, set REST_CACHE_TTL, or
-- `notify howdah_ddl` after DDL.
drop event trigger if exists howdah_ddl_end;
create event trigger howdah_ddl_end
  on ddl_command_end
  execute function rest.notify_ddl();
drop event trigger if exists howdah_ddl_drop;
create event trigger howdah_ddl_drop
  on sql_drop
  execute function rest.notify_ddl();
