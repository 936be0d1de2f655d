begin;
select plan(2);
select is(auth._phone('+43 (660) 123-4567'), '436601234567', 'a phone is its digits');
select is(array[auth._phone('0660'), auth._phone('phone'), auth._phone('1; drop table'), auth._phone(null)],
          array[null, null, null, null]::text[], 'what is no number is none');
select * from finish();
rollback;
