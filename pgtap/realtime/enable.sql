begin;
select plan(7);

create table public.things (id int primary key, owner uuid);
create view public.thing_view as select * from public.things;
select lives_ok($$ select realtime.enable('public.things') $$, 'a table is enabled');
select triggers_are('public', 'things',
                    array['realtime_insert', 'realtime_update', 'realtime_delete', 'realtime_truncate'],
                    'by a trigger for each kind of statement');
select lives_ok($$ select realtime.enable('public.things', 'owner') $$,
                'enabling again changes its owner column');
select results_eq('select relation::regclass::text, owner_column from realtime._enabled() where relation = ''public.things''::regclass',
                  $$ values ('things', 'owner') $$, 'the triggers say so');
select throws_ok($$ select realtime.enable('public.thing_view') $$, 'PT400', 'public.thing_view is no table.',
                 'a view is refused');
select throws_ok($$ select realtime.enable('public.things', 'nobody') $$, 'PT400', null,
                 'an unknown owner column is refused');
select tests.as_service();
select throws_ok($$ select realtime.enable('public.things') $$, '42501', null,
                 'who does not own the table may not');

select * from finish();
rollback;
