-- Names and order of the parameters are Supabase's: users call these in
-- positional notation. Security invoker: the insert policies of
-- realtime.messages say who may send. Supabase turns every error into a
-- warning; here an error is one, so that nobody takes silence for delivery.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
  returns void
  language sql volatile
as $$
  insert into realtime.messages (id, topic, extension, event, payload, private)
  select m.id, $3, 'broadcast', $2,
         case pg_catalog.jsonb_typeof($1)
           when 'object' then pg_catalog.jsonb_build_object('id', m.id) || $1
           else $1 end,
         $4
    from (select pg_catalog.gen_random_uuid() as id) m
$$;
comment on function realtime.send(jsonb, text, text, boolean) is
  'Broadcasts a payload to a channel when the transaction commits; to private channels '
  'only, unless private is false.';
revoke execute on function realtime.send(jsonb, text, text, boolean) from public;
grant execute on function realtime.send(jsonb, text, text, boolean) to anon, authenticated, service_role;
