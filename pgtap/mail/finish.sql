begin;
select plan(7);

create temporary table m as select mail.send('ada@example.test', 'recovery', _sealed => '\xaa') as id;
select ok(not mail.finish(m.id, 'sent'), 'what was not taken is not finished') from m;
select mail.claim(id) from m;
select ok(mail.finish(m.id, 'queued', 'temporary', '451 later'), 'a message may have to wait') from m;
select results_eq('select state, error_class, error, sealed, finished_at from mail.messages', $$ values ('queued', 'temporary', '451 later', '\xaa'::bytea, null::timestamptz) $$,
                  'with its secrets and the reason');
select mail.claim(id) from m;
select mail.finish(m.id, 'sent', _now => '2026-01-01Z') from m;
select results_eq('select state, error, sealed, finished_at, attempts from mail.messages', $$ values ('sent', null, null::bytea, '2026-01-01Z'::timestamptz, 2) $$,
                  'one that is sent keeps neither secrets nor reason');
select throws_ok($$ update mail.messages set sealed = '\xaa' $$, '23514', null, 'and cannot');
create temporary table b as select mail.send('eve@example.test', 'recovery', _sealed => '\xaa') as id;
select mail.claim(id) from b;
select mail.finish(b.id, 'bounced', 'permanent', repeat('x', 5000)) from b;
select results_eq($$ select state, length(error), sealed from mail.messages where recipient = 'eve@example.test' $$, $$ values ('bounced', 1000, null::bytea) $$,
                  'one that bounced neither; the reason is cut');
select tests.as_service();
select throws_ok($$ select mail.finish(1, 'sent') $$, '42501', null, 'only the server says how it went');

select * from finish();
rollback;
