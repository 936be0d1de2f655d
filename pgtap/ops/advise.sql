begin;
select plan(2);

create table public.bare (n int);
alter table public.bare disable row level security;
select results_eq(
  $$ select level, rule, fix from ops.advise() where object = 'public.bare' $$,
  $$ values ('error', 'rls_disabled', 'alter table public.bare enable row level security;'),
            ('info', 'no_primary_key',
             'alter table public.bare add column id bigint generated always as identity primary key;') $$,
  'errors come first');
select tests.as_service();
select throws_ok('select * from ops.advise()', '42501', null, 'only the owner asks');
select tests.as_owner();

select * from finish();
rollback;
