-- Called by each node every few seconds: says that it lives, takes away nodes
-- that do not, and answers which of its listeners' sessions have ended.
create or replace function realtime.beat(
  _node uuid, _sessions uuid[], _users uuid[], _now timestamptz default now(),
  out status int, out body jsonb)
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  update realtime.nodes n set seen_at = _now where n.id = _node;
  status := case when found then 200 else 404 end; -- 404: taken for dead, or the database crashed
  delete from realtime.sleepers s
   using realtime.nodes n
   where n.id = s.node and n.seen_at < _now - interval '1 minute';
  delete from realtime.nodes n
   where n.id in (select d.id
                    from realtime.nodes d
                   where d.seen_at < _now - interval '1 minute'
                     for update skip locked);
  select jsonb_build_object('ended', coalesce(jsonb_agg(a.session), '[]')) into body
    from unnest(_sessions, _users) as a (session, owner)
   where not exists (select from auth.sessions s join auth.users u on u.id = s.user_id
                      where s.id = a.session and s.user_id = a.owner
                        and (s.not_after is null or s.not_after > _now)
                        and u.deleted_at is null and (u.banned_until is null or u.banned_until <= _now));
end
$$;
comment on function realtime.beat(uuid, uuid[], uuid[], timestamptz) is
  'Keeps a node alive; answers which sessions have ended. Status 404: the node is not '
  'known any more, start it again.';
revoke execute on function realtime.beat(uuid, uuid[], uuid[], timestamptz) from public;
grant execute on function realtime.beat(uuid, uuid[], uuid[], timestamptz) to authenticator;
