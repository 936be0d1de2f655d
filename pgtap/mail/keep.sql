begin;
select plan(3);

create temporary table k as select mail.keep(7, 'mail', 'ada@example.test', '\xaa') as id;
select results_eq('select message, channel, recipient, sealed from mail.inbox', $$
                    values (7::bigint, 'mail', 'ada@example.test', '\xaa'::bytea) $$,
                  'the inbox keeps what would have been sent');
select mail.keep(n, 'mail', 'ada@example.test', '\xaa') from generate_series(1, 250) n;
select is((select count(*) from mail.inbox), 200::bigint, 'the last 200 stay');
select tests.as_service();
select throws_ok($$ select mail.keep(1, 'mail', 'a', '\xaa') $$, '42501', null, 'only the server fills it');

select * from finish();
rollback;
