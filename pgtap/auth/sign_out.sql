begin;
select plan(6);

insert into auth.users (id, email)
values ('00000000-0000-0000-0000-00000000000a', 'ada@example.test'),
       ('00000000-0000-0000-0000-00000000000f', 'bob@example.test');
insert into auth.sessions (id, user_id)
values ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-00000000000f');
create function pg_temp.sign_out(_scope text) returns table (status int, code text, remaining int)
  language plpgsql as $$
begin
  select s.status, s.body ->> 'code' into status, code
    from auth.sign_out('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000001',
                       _scope, null) s;
  select count(*) into remaining from auth.sessions where user_id = '00000000-0000-0000-0000-00000000000a';
  return next;
end $$;
create temporary table before as select * from auth.sessions;

select results_eq($$ select * from pg_temp.sign_out('everything') $$,
                  $$ values (400, 'validation_failed', 3) $$, 'an unknown scope ends nothing');
select results_eq($$ select status, body ->> 'code'
                       from auth.sign_out('00000000-0000-0000-0000-00000000000a',
                                          '00000000-0000-0000-0000-000000000001', null, null) $$,
                  $$ values (400, 'validation_failed') $$, 'nor does none');
select results_eq($$ select * from pg_temp.sign_out('others') $$, $$ values (204, null::text, 1) $$,
                  'others leaves the own session');
insert into auth.sessions
select *
  from before
 where id <> '00000000-0000-0000-0000-000000000001' and user_id = '00000000-0000-0000-0000-00000000000a';
select results_eq($$ select * from pg_temp.sign_out('local') $$, $$ values (204, null::text, 2) $$,
                  'local ends the own one');
insert into auth.sessions select * from before where id = '00000000-0000-0000-0000-000000000001';
select results_eq($$ select * from pg_temp.sign_out('global') $$, $$ values (204, null::text, 0) $$,
                  'global ends all of the user''s');
select results_eq('select count(*)::int from auth.sessions', array[1], 'and nobody else''s');

select * from finish();
rollback;
