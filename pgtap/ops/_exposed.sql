begin;
select plan(2);

create schema hidden;
select ok('public'::regnamespace in (select ops._exposed()), 'public is exposed');
select ok(not exists (select from ops._exposed() e where e in ('hidden'::regnamespace, 'auth'::regnamespace)),
          'neither hidden schemas nor the platform''s are');

select * from finish();
rollback;
