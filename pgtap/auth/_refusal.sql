begin;
select plan(2);

select is(auth._refusal('c', 'm'), '{"code": "c", "message": "m"}', 'absent members are left out');
select is(auth._refusal('c', 'm', 'h', 3), '{"code": "c", "message": "m", "hint": "h", "retry_after": 3}',
          'hint and wait are there when given');

select * from finish();
rollback;
