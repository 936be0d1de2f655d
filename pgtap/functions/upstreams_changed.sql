begin;
select plan(2);

select has_trigger('functions', 'upstreams', 'upstreams_changed', 'every change is announced');
select is((select tgtype & 1 from pg_trigger where tgname = 'upstreams_changed'), 0, 'once a statement');

select * from finish();
rollback;
