begin;
select plan(1);

select realtime.send_binary('\x00ff', 'e', 'den');
select results_eq($$ select new ->> 'binary', new -> 'payload' from realtime.changes $$,
                  $$ values ('AP8=', 'null'::jsonb) $$, 'bytes go out as such');

select * from finish();
rollback;
