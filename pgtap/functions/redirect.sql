begin;
select plan(2);

select results_eq($$ select status, headers ->> 'location', body from functions.redirect('/there') $$,
                  $$ values (302, '/there', null::bytea) $$, 'a redirect names the place');
select is((functions.redirect('/there', 308)).status, 308, 'and may be permanent');

select * from finish();
rollback;
