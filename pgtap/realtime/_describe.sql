begin;
select plan(4);

create table public.things (id int, gone int, "Name" text, tags text[], secret text, primary key (id));
alter table public.things drop column gone;
grant select (id, "Name", tags) on public.things to anon;
select is(realtime._describe('public.things'::regclass, 'anon'),
          '{"schema": "public", "table": "things", "names": ["id", "Name", "tags"],
            "types": ["int4", "text", "_text"], "keys": ["id"], "identity": ["id"]}',
          'a role knows the columns that it may select, in their order');
alter table public.things replica identity full;
select is(realtime._describe('public.things'::regclass, 'anon') -> 'identity', '["id", "Name", "tags"]',
          'the whole row may be its identity');
select is(realtime._describe('public.things'::regclass, 'authenticated'), null,
          'who may select nothing knows nothing');
revoke usage on schema public from anon, public;
select is(realtime._describe('public.things'::regclass, 'anon'), null, 'nor does who may not use the schema');

select * from finish();
rollback;
