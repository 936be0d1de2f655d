-- Runs handlers that are SQL functions: many in one call, each under its role
-- and in a savepoint of its own, and ends the jobs in the same transaction, so
-- that effects and acknowledgement are one. Called by a worker as
-- authenticator, who may become the roles; not security definer, because such
-- functions may not switch roles.
create or replace function jobs.run_sql(
  _ids bigint[], _names text[], _functions text[], _roles text[], _payloads jsonb[], _worker uuid)
  returns bigint[]
  language plpgsql volatile
as $$
declare
  v_mine    constant bigint[] := jobs.hold(_ids => _ids, _worker => _worker);
  v_calls   text[];
  v_result  jsonb;
  v_state   text;
  v_mark    text;
  v_message text;
  v_detail  text;
  v_done    bigint[] := array[]::bigint[];
  v_results jsonb[] := array[]::jsonb[];
  v_failed  bigint[] := array[]::bigint[];
  v_errors  text[] := array[]::text[];
  v_final   boolean[] := array[]::boolean[];
begin
  v_calls := array(
    select (select format(
              case when p.prorettype = 'void'::regtype
                   then 'with done as materialized (select %1$I.%2$I(%3$s)) select null::jsonb from done'
                   else 'select to_jsonb(%1$I.%2$I(%3$s))' end,
              n.nspname, p.proname, case when p.pronargs = 1 then '$1' end)
              from pg_catalog.pg_proc p
              join pg_catalog.pg_namespace n on n.oid = p.pronamespace
             where n.nspname = i.parts[1] and p.proname = i.parts[2] and p.prokind = 'f'
               and (p.pronargs = 0 or p.pronargs = 1 and p.proargtypes[0] = 'jsonb'::regtype)
             order by p.pronargs desc
             limit 1)
      from unnest(_functions) with ordinality as f (name, ord)
     cross join lateral (select parse_ident(f.name)) as i (parts)
     order by f.ord);
  for v_n in 1 .. cardinality(_ids) loop
    continue when not _ids[v_n] = any (v_mine);
    begin
      if v_calls[v_n] is null then
        raise exception using
          errcode = 'PT404', constraint = 'job_final',
          message = format('There is no function %s any more.', _functions[v_n]);
      end if;
      perform set_config('request.jwt.claims', jsonb_build_object('role', _roles[v_n])::text, true),
              set_config('role', _roles[v_n], true);
      execute v_calls[v_n]
        into v_result using case when _names[v_n] = 'sql' then coalesce(_payloads[v_n] -> 'args', '{}')
                                 else _payloads[v_n] end;
      perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);
      v_done := v_done || _ids[v_n];
      v_results := v_results || v_result;
    -- Whatever a handler raises is its own failure, not its neighbours'.
    exception when others then
      get stacked diagnostics v_state = returned_sqlstate, v_mark = constraint_name,
      v_message = message_text, v_detail = pg_exception_detail;
      v_failed := v_failed || _ids[v_n];
      v_errors := v_errors || concat_ws(': ', v_state, v_message, nullif(v_detail, ''));
      v_final := v_final || (v_mark = 'job_final');
    end;
  end loop;
  if v_failed <> '{}' then
    perform jobs.fail(_ids => v_failed, _errors => v_errors, _worker => _worker, _final => v_final);
  end if;
  return jobs.complete(_ids => v_done, _results => v_results, _worker => _worker);
end
$$;
comment on function jobs.run_sql(bigint[], text[], text[], text[], jsonb[], uuid) is
  'Runs claimed jobs whose handlers are SQL functions, each under its role, and completes or fails '
  'them in the same transaction; answers those that succeeded. A handler that raises with constraint '
  '''job_final'' is not tried again.';
revoke execute on function jobs.run_sql(bigint[], text[], text[], text[], jsonb[], uuid) from public;
grant execute on function jobs.run_sql(bigint[], text[], text[], text[], jsonb[], uuid) to authenticator;
