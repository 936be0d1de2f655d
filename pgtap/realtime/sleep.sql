begin;
select plan(1);

select realtime.sleep('00000000-0000-0000-0000-00000000000a'),
       realtime.sleep('00000000-0000-0000-0000-00000000000a');
select results_eq('select node from realtime.sleepers', array['00000000-0000-0000-0000-00000000000a'::uuid],
                  'a node sleeps once');

select * from finish();
rollback;
