begin;
select plan(4);

select is(webhooks._patterns('a.b.c'), array['*', 'a.b.c', 'a.*', 'a.b.*'],
          'a topic is heard by itself and by the beginnings of it');
select is(webhooks._topics_fault(array['orders.paid', 'orders.*', '*', 'a-b_c']), null,
          'topics, beginnings and all may be subscribed to');
select results_eq($$ select webhooks._topics_fault(array[t.topic]) is not null
                       from unnest(array['', '.', 'a..b', 'a.*.b', '*.a', 'a b', '**', null]) as t (topic) $$,
                  $$ select true from generate_series(1, 8) $$, 'anything else is told');
select is(webhooks._topics_fault('{}'), 'Name 1 to 100 topics.', 'as is no topic at all');

select * from finish();
rollback;
