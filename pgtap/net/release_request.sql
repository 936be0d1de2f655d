begin;
select plan(2);

create temporary table r as select net.http_post('http://a.test/') as id;
select b.* from r, net.begin_request(r.id) b;
select net.release_request(id) from r;
select results_eq('select b.last from r, net.begin_request(r.id) b', array[true],
                  'an attempt that was none does not count');
select tests.as_service();
select throws_ok('select net.release_request(1)', '42501', null, 'only the server gives back');

select * from finish();
rollback;
