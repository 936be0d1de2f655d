begin; select plan(1);
select tests.alone('storage');
insert into storage.buckets (id, name, public) values ('b', 'b', false), ('p', 'p', true);
select results_eq($$ select p.status from unnest(array['p', 'b', 'x', null]) n, storage.bucket_public(n) p $$,
                  array[200, 404, 404, 404], 'a private bucket is as absent as none');
select * from finish(); rollback;
