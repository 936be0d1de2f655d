begin;
select plan(2);

do $$ begin perform jobs.schedule('@daily', 'http.request'); end $$;
select is(jobs.unschedule('http.request'), true, 'a schedule ends');
select is(jobs.unschedule('http.request'), false, 'once');

select * from finish();
rollback;
