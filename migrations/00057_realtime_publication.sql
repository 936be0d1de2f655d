-- The publication that Supabase's projects have, empty: their migrations say
-- `alter publication supabase_realtime add table …`, and sql/realtime follows
-- it. Nothing is replicated. One that is there already is left as it is, and who
-- may not make one does without.

-- +goose Up
set local client_min_messages = 'error'; -- it warns where wal_level is not logical, which it need not be
-- +goose StatementBegin
do $$
begin
  if not exists (select from pg_catalog.pg_publication p where p.pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    comment on publication supabase_realtime is
      'Tables that realtime tells of; see realtime.follow_publication.';
  end if;
exception when insufficient_privilege then
  null;
end
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
do $$
begin
  if exists (select from pg_catalog.pg_publication p
              where p.pubname = 'supabase_realtime'
                and pg_catalog.obj_description(p.oid, 'pg_publication')
                      = 'Tables that realtime tells of; see realtime.follow_publication.') then
    drop publication supabase_realtime;
  end if;
end
$$;
-- +goose StatementEnd
