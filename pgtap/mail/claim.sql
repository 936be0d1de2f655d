begin;
select plan(9);

create temporary table m as
  select mail.send('ada@example.test', 'recovery', _sealed => '\xaa') as plain,
         mail.send('ada@example.test', 'recovery', _sealed => '\xbb', _idempotency_key => 'k') as keyed;
create function pg_temp.later() returns timestamptz language sql as $$ select now() + interval '121 s' $$;
select results_eq('select c.state, c.channel, c.sealed, c.attempts from m, mail.claim(m.plain) c', $$
                    values ('sending', 'mail', '\xaa'::bytea, 1) $$,
                  'a queued message is taken, with its secrets');
select results_eq(
  'select c.state, c.sealed from m, mail.claim(m.plain, _now => now() + interval ''119 s'') c',
  $$ values ('busy', null::bytea) $$, 'while its sender may be alive it is let alone');
select results_eq(
  'select c.state, c.sealed, c.attempts from m, mail.claim(m.plain, _now => pg_temp.later()) c',
  $$ values ('sending', '\xaa'::bytea, 2) $$, 'after a crash a message without a key is taken again');
select results_eq('select c.state from m, mail.claim(m.keyed) c', array['sending'],
                  'one with a key is taken once');
select mail.hand_over(keyed, 1) from m;
select results_eq(
  'select c.state, c.sealed, c.attempts from m, mail.claim(m.keyed, _now => pg_temp.later()) c',
  $$ values ('unknown', null::bytea, 1) $$,
  'and given up after a crash while it was handed over: it must not go twice');
select is_empty('select c.* from m, mail.claim(m.keyed) c', 'what is done is not taken');
select is_empty('select * from mail.claim(0)', 'nor what is not there');
update mail.messages set max_attempts = attempts where id = (select m.plain from m);
select results_eq(
  'select c.state, c.sealed from m, mail.claim(m.plain, _now => pg_temp.later() + interval ''1 h'') c',
  $$ values ('failed', null::bytea) $$, 'after a crash on the last try it has failed');
select tests.as_service();
select throws_ok('select * from mail.claim(0)', '42501', null, 'only the server sends');

select * from finish();
rollback;
