begin;
select plan(3);

do $$ begin perform jobs.enqueue('http.request'), jobs.queue_pause('default'); end $$;
select is_empty($$ select c.id from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001') c $$,
                'a paused queue gives nothing');
insert into jobs.sleepers values ('default');
do $$ begin perform jobs.queue_pause('default', _paused => false); end $$;
select is_empty($$ select s.queue from jobs.sleepers s $$, 'going on wakes its workers');
select isnt_empty($$ select c.id
                       from jobs.claim('{default}', 10, '00000000-0000-0000-0000-000000000001') c $$,
                  'which find their jobs');

select * from finish();
rollback;
