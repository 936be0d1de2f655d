begin;
select plan(6);

create function pg_temp.fail(_n int, _at timestamptz) returns int language plpgsql as $$
begin
  for i in 1 .. _n loop perform auth._count_failure('k', '{}', _at); end loop;
  return auth._locked('k', _at);
end $$;
select is(pg_temp.fail(4, '2026-01-01Z'), 0, 'four failures lock nothing');
select is(pg_temp.fail(1, '2026-01-01Z'), 30, 'the fifth locks for half a minute');
select is(pg_temp.fail(5, '2026-01-01 00:01Z'), 60, 'the next five for twice as long');
select is(pg_temp.fail(100, '2026-01-01 00:03Z'), 3600, 'up to an hour');
select is(auth._locked('k', '2026-01-01 02:00Z'), 0, 'a lock ends by itself');
select is(pg_temp.fail(5, '2026-01-01 02:00Z'), 30, 'and after a quiet while it begins anew');

select * from finish();
rollback;
