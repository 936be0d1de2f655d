begin;
select plan(10);

create temporary table m as select mail.send('ada@example.test', 'recovery', _sealed => '\xaa') as id;
select is(mail.finish(m.id, 'sent'), null, 'what was not taken is not finished') from m;
select mail.claim(id) from m;
select is(mail.finish(m.id, 'later', 'smtp_451', '451 later'), 'queued', 'a message may have to wait') from m;
select results_eq('select error_class, error, sealed, finished_at from mail.messages', $$
                    values ('smtp_451', '451 later', '\xaa'::bytea, null::timestamptz) $$,
                  'with its secrets and the reason');
select mail.claim(id) from m;
select mail.finish(m.id, 'sent', _now => '2026-01-01Z') from m;
select results_eq('select state, error, sealed, finished_at, attempts from mail.messages', $$
                    values ('sent', null, null::bytea, '2026-01-01Z'::timestamptz, 2) $$,
                  'one that is sent keeps neither secrets nor reason');
select throws_ok($$ update mail.messages set sealed = '\xaa' $$, '23514', null, 'and cannot');
create temporary table b as select mail.send('eve@example.test', 'recovery', _sealed => '\xaa') as id;
select mail.claim(id) from b;
select mail.finish(b.id, 'refused', 'smtp_550', repeat('x', 5000)) from b;
select results_eq(
  $$ select state, length(error), sealed from mail.messages where recipient = 'eve@example.test' $$,
  $$ values ('bounced', 1000, null::bytea) $$, 'one that bounced neither; the reason is cut');
create temporary table l as select mail.send('bob@example.test', 'recovery', _sealed => '\xaa') as id;
update mail.messages set max_attempts = 1 where id = (select l.id from l);
select mail.claim(id) from l;
select is(mail.finish(l.id, 'later', 'smtp_451', '451 later'), 'failed', 'patience ends with the last try')
  from l;
create temporary table u as
  select mail.send('cy@example.test', 'recovery') as plain,
         mail.send('cy@example.test', 'recovery', _idempotency_key => 'k') as keyed;
select mail.claim(plain), mail.claim(keyed) from u;
select results_eq('select mail.finish(plain, ''unknown''), mail.finish(keyed, ''unknown'') from u',
                  $$ values ('queued', 'unknown') $$,
                  'what may have arrived is sent again only without a key');
select is(mail.finish(u.keyed, 'sent'), 'sent', 'unless its sender was only slow') from u;
select tests.as_service();
select throws_ok($$ select mail.finish(1, 'sent') $$, '42501', null, 'only the server says how it went');

select * from finish();
rollback;
