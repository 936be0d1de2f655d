begin;
select plan(4);

select ok(webhooks.verify_hex('{other,Jefe}',
                              'sha256=5BDCC146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
                              'what do ya want for nothing?'),
          'a hash in hexadecimal verifies');
select ok(not webhooks.verify_hex('{Jefe}',
                                  '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
                                  'what do you want?'),
          'of this body only');
select ok(not webhooks.verify_hex('{Jefe}', null, 'x') and not webhooks.verify_hex(null, 'x', 'x')
          and not webhooks.verify_hex('{""}', 'x', 'x'),
          'nothing verifies nothing');
select tests.as_user('ada');
select throws_ok($$ select webhooks.verify_hex('{a}', 'b', 'c') $$, '42501', null, 'it is the server''s');

select * from finish();
rollback;
