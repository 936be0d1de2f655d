-- The judge of a table and a role: a generated function that says which row
-- images each of a list of listeners would see. Generated, because only a
-- function's plans are kept: planning the policies anew for each listener
-- costs ten times what judging does. Its body is compared at each use, so a
-- changed policy, privilege or column makes a new one.
-- It runs as the listener's role; what the policies select from other tables
-- is under row level security, too. A policy that raises hides the row, and
-- the others are judged one by one.
create or replace function realtime._judge_body(_relation oid, _role name, _owner_column text)
  returns text
  language sql stable
as $judge$
  select format($body$
#variable_conflict use_column
declare
  "howdah rows"  constant %1$s[] := array(select pg_catalog.jsonb_populate_record(null::%1$s, i) from pg_catalog.unnest($1) as i);
  "howdah claim" text;
  "howdah row"   int;
begin
  foreach "howdah claim" in array $2 loop
    perform pg_catalog.set_config('request.jwt.claims', "howdah claim", true);
    "howdah seen" := null;
    "howdah problem" := null;
    begin
      "howdah seen" := pg_catalog.array_positions(array(select %3$s from pg_catalog.unnest("howdah rows") as %2$I), true);
    exception when others then -- one row's failure must not hide its neighbours
      "howdah seen" := '{}';
      for "howdah row" in 1 .. pg_catalog.cardinality("howdah rows") loop
        begin
          if (select %3$s from pg_catalog.unnest("howdah rows"["howdah row":"howdah row"]) as %2$I) then
            "howdah seen" := "howdah seen" || "howdah row";
          end if;
        exception when others then
          get stacked diagnostics "howdah problem" = message_text;
        end;
      end loop;
    end;
    return next;
  end loop;
end
$body$,
                _relation::regclass, c.relname, realtime._policy_sql(_relation, _role, 'r', _owner_column))
    from pg_catalog.pg_class c
   where c.oid = _relation
$judge$;
revoke execute on function realtime._judge_body(oid, name, text) from public;

create or replace function realtime._judge(_relation oid, _role name, _owner_column text)
  returns text
  language plpgsql volatile
as $$
declare
  v_name constant text := format('judge_%s_%s', _relation, _role::regrole::oid);
  v_body constant text := realtime._judge_body(_relation, _role, _owner_column);
begin
  if exists (select from pg_catalog.pg_proc p
              where p.pronamespace = 'realtime'::regnamespace and p.proname = v_name and p.prosrc = v_body)
  then
    return v_name;
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('howdah.realtime.judge', 0));
  execute format(
    'create or replace function realtime.%I(jsonb[], text[], out "howdah seen" int[], out "howdah problem" text)
                    returns setof record language plpgsql volatile as %L', v_name, v_body);
  execute format(
    'comment on function realtime.%I(jsonb[], text[]) is %L', v_name,
    'Which of the row images each of the claims may see. Generated; see sql/realtime/_judge.sql.');
  execute format('revoke execute on function realtime.%I(jsonb[], text[]) from public', v_name);
  execute format('grant execute on function realtime.%I(jsonb[], text[]) to %I', v_name, _role);
  return v_name;
end
$$;
revoke execute on function realtime._judge(oid, name, text) from public;
