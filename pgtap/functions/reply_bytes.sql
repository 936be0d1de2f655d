begin;
select plan(2);

select results_eq($$ select status, headers ->> 'content-type', body from functions.reply_bytes('\x00ff') $$,
  $$ values (200, 'application/octet-stream', '\x00ff'::bytea) $$, 'bytes stay as they are');
select is((functions.reply_bytes('\x00', 'image/png', 201)).status, 201, 'with any status');

select * from finish();
rollback;
