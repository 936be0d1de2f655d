begin;
select plan(7);

create temporary table m as select mail.send('ada@example.test', 'recovery', _idempotency_key => 'k') as id;
select is(mail.hand_over(m.id, 0), false, 'what was not taken is not handed over') from m;
select mail.claim(id) from m;
select results_eq($$ select c.state, c.attempts
                       from m, mail.claim(m.id, _now => now() + interval '121 s') c $$,
                  $$ values ('sending', 2) $$,
                  'a message whose sender died before it handed it over is taken again, key or not');
select is(mail.hand_over(m.id, 1), false, 'a sender that was only slow comes too late') from m;
select is(mail.hand_over(m.id, 2), true, 'the one who has it may send it') from m;
select is(mail.hand_over(m.id, 2), false, 'once') from m;
select results_eq($$ select c.state from m, mail.claim(m.id, _now => now() + interval '242 s') c $$,
                  array['unknown'], 'after that it is not known whether it left');
select tests.as_service();
select throws_ok('select mail.hand_over(1, 1)', '42501', null, 'only the server sends');

select * from finish();
rollback;
