-- What `howdah doctor` asks of the cluster under the database, as the owner:
-- replication, disk, vacuum, extensions, connections. Views that the owner may
-- not read show nothing to it, and so break nothing.

-- Replication: slots that hold WAL, replicas that fall behind, archiving.
create or replace function ops._doctor_replication(_now timestamptz)
  returns table ("check" text, breaks text[], level text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with here (lsn) as (
    select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end
  ), slots as (
    select s.slot_name, s.active, s.wal_status, pg_wal_lsn_diff(here.lsn, s.restart_lsn) as held
      from pg_catalog.pg_replication_slots s cross join here
  ), bad as (
    select s.*
      from slots s
     where s.wal_status in ('unreserved', 'lost') or s.held > 1073741824
       or (not s.active and s.held > 67108864)
  )
  select 'replication slots hold no WAL back',
         array(select format(
                 '%s (%s) holds %s', b.slot_name, case when b.active then 'active' else 'nobody reads it' end,
                 coalesce(pg_size_pretty(b.held), b.wal_status))
                 from bad b),
         null, (select format('%s slots, wal_level %s', count(*), current_setting('wal_level')) from slots),
         coalesce((select string_agg(format('select pg_drop_replication_slot(%L);', b.slot_name), ' ')
                     from bad b
                    where not b.active), 'let its reader catch up, or restart it')
  union all
  select 'replicas keep up',
         array(select format('%s is %s behind', coalesce(nullif(r.application_name, ''), host(r.client_addr)),
                             coalesce(r.replay_lag::text,
                                      pg_size_pretty(pg_wal_lsn_diff(here.lsn, r.replay_lsn))))
                 from pg_catalog.pg_stat_replication r cross join here
                where r.replay_lag > interval '30 seconds'
                  or pg_wal_lsn_diff(here.lsn, r.replay_lsn) > 268435456),
         null, (select format('%s replicas', count(*)) from pg_catalog.pg_stat_replication r),
         'look at the replica''s disk and network, and for long queries there: max_standby_streaming_delay'
  union all
  select 'WAL suffices for backups and replicas',
         array(select 'wal_level is minimal' where current_setting('wal_level') = 'minimal'),
         'warning', null, 'alter system set wal_level = ''replica''; then restart PostgreSQL'
  union all
  select 'archiving of WAL works',
         array(select format('%s failed at %s', a.last_failed_wal, date_trunc('second', a.last_failed_time))
                 from pg_catalog.pg_stat_archiver a
                where a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
                  and a.last_failed_time > _now - interval '1 day'),
         null, null, 'run archive_command by hand: the log of PostgreSQL has what it said'
$$;

-- Disk and vacuum: what grows, what is bloated, what runs out.
create or replace function ops._doctor_space()
  returns table ("check" text, breaks text[], level text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with bloated as (
    select s.relid::regclass::text as at, s.n_dead_tup
      from pg_catalog.pg_stat_user_tables s
     where s.n_dead_tup > 10000 and s.n_dead_tup > s.n_live_tup / 4
  ), largest as (
    select c.oid::regclass::text as at, pg_total_relation_size(c.oid) as bytes
      from pg_catalog.pg_class c
     where c.relkind in ('r', 'm')
       and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by c.relpages desc
     limit 3
  ), ending as (
    select format('%I.%I', q.schemaname, q.sequencename) as at,
           round(100.0 * q.last_value / q.max_value) as used,
           (select format(' alter table %s alter column %I type bigint;', d.refobjid::regclass, a.attname)
              from pg_catalog.pg_depend d
              join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
             where d.classid = 'pg_catalog.pg_class'::regclass
               and d.objid = format('%I.%I', q.schemaname, q.sequencename)::regclass
               and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')) as column_too
      from pg_catalog.pg_sequences q
     where q.increment_by > 0 and not q.cycle and q.last_value > q.max_value * 0.75
  )
  select 'the size of the database is known', '{}'::text[], null,
         pg_size_pretty(pg_database_size(current_database())) || '; largest: '
         || (select string_agg(l.at || ' ' || pg_size_pretty(l.bytes), ', ' order by l.bytes desc)
               from largest l),
         null
  union all
  select 'no table is bloated by dead rows',
         array(select format('%s (%s dead rows)', b.at, b.n_dead_tup)
                 from bloated b order by b.n_dead_tup desc limit 10),
         'warning', null, (select string_agg(format('vacuum (analyze) %s;', b.at), ' ') from bloated b)
  union all
  select 'transaction ids do not run out',
         array(select format('%s is %s transactions old', d.datname, age(d.datfrozenxid))
                 from pg_catalog.pg_database d
                where age(d.datfrozenxid) > 1000000000),
         null, null, 'vacuum (freeze); in each database that is named'
  union all
  select 'no sequence runs out', array(select format('%s (%s %%)', e.at, e.used) from ending e),
         'warning', null,
         (select string_agg(format('alter sequence %s as bigint;', e.at) || coalesce(e.column_too, ''), ' ')
            from ending e)
$$;

-- Extensions and connections.
create or replace function ops._doctor_capacity()
  returns table ("check" text, breaks text[], level text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  with installed as (
    select e.extname, e.extversion, a.default_version
      from pg_catalog.pg_extension e
      left join pg_catalog.pg_available_extensions a on a.name = e.extname
  ), used (n, most) as (
    select count(*), current_setting('max_connections')::int
      from pg_catalog.pg_stat_activity a
     where a.backend_type = 'client backend'
  )
  select 'extensions are up to date',
         array(select format('%s %s (%s is there)', i.extname, i.extversion, i.default_version)
                 from installed i
                where i.extversion <> i.default_version),
         'warning',
         (select string_agg(i.extname || ' ' || i.extversion, ', ' order by i.extname) from installed i),
         (select string_agg(format('alter extension %I update;', i.extname), ' ')
            from installed i
           where i.extversion <> i.default_version)
  union all
  select format('the optional extension %s is there', o.name),
         array(select o.name || ' is not installed'
                where not exists (select from installed i where i.extname = o.name)),
         'info', o.why,
         case when exists (select from pg_catalog.pg_available_extensions a where a.name = o.name)
              then format('create extension %I;', o.name)
              else format('install PostgreSQL''s package for %s, then: create extension %I;',
                          o.name, o.name) end
    from (values ('pg_stat_statements',
                  'it shows which statements cost the most (shared_preload_libraries must name it)'),
                 ('plpgsql_check', 'howdah dev lints functions with it')) o (name, why)
  union all
  select 'connections are left',
         array(select format('%s of %s are taken', u.n, u.most) from used u where u.n > u.most * 0.8),
         'warning',
         (select format('%s of %s are taken', u.n, u.most) from used u),
         'lower DB_POOL_MAX_SIZE, put PgBouncer before PostgreSQL, or: alter system set max_connections = 200; and restart it'
$$;

create or replace function ops.doctor_machine(_now timestamptz default now())
  returns table ("check" text, ok boolean, level text, detail text, fix text)
  language sql stable
  set search_path = ''
as $$
  select f."check", f.breaks = '{}', coalesce(f.level, ''),
         case when f.breaks = '{}' then coalesce(f.detail, '')
              else array_to_string(f.breaks, ', ') || coalesce(': ' || nullif(f.detail, ''), '') end,
         case when f.breaks = '{}' then '' else f.fix end
    from (select * from ops._doctor_replication(_now)
          union all
          select * from ops._doctor_space()
          union all
          select * from ops._doctor_capacity()) f
$$;
comment on function ops.doctor_machine(timestamptz) is
  'What `howdah doctor` says of replication, disk, vacuum, extensions and connections: what should hold, '
  'whether it does, how much it matters, what breaks it or what is known, and what mends it.';
revoke execute on function ops.doctor_machine(timestamptz) from public;
