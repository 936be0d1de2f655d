begin;
select plan(4);

create temporary table k as
  select mail.keep(n, 'mail', case when n < 3 then 'ada' else 'bob' end || '@example.test', '\xaa') as id
    from generate_series(1, 3) n;
select results_eq('select message from mail.inbox_list()', $$ values (3::bigint), (2), (1) $$,
                  'the newest come first');
select results_eq($$ select message from mail.inbox_list('ADA@example.test') $$,
                  $$ values (2::bigint), (1) $$, 'one recipient''s');
select results_eq('select l.message from (select min(id) as id from k) k, mail.inbox_list(_id => k.id) l',
                  array[1::bigint], 'or one message');
select tests.as_user('ada');
select throws_ok('select mail.inbox_list()', '42501', null, 'only the server reads it');

select * from finish();
rollback;
