begin;
select plan(4);

create temporary table r as
  select net.http_get('http://a.test/') as old, net.http_get('http://b.test/') as fresh,
         net.http_get('http://c.test/') as waiting;
select net.finish_request(old, 200, _now => '2026-01-01 00:00Z'),
       net.finish_request(fresh, 200, _now => '2026-01-01 06:00Z')
  from r;
select is(net.purge(_now => '2026-01-01 07:00Z'), 1, 'a request that was done long ago is forgotten');
select results_eq('select q.id from net.requests q order by q.id',
                  'select unnest(array[r.fresh, r.waiting]) from r',
                  'one that was done lately or waits is not');
select results_eq('select p.id from net.responses p', 'select r.fresh from r', 'its response goes with it');
select is(net.purge(_now => now() + '31 days'), 2, 'until nobody can be about to send it any more');

select * from finish();
rollback;
