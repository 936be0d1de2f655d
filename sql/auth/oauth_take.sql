-- /callback, first half: uses a state up before anything is asked of the
-- provider, so that a callback cannot be replayed. With _provider, the state
-- must be that provider's: no answer of one passes for another's. _states are
-- the hashes that one state may have: with the browser's binding, and without
-- for flows that a script began.
create or replace function auth.oauth_take(
  _states bytea[], _provider text, _now timestamptz default now(),
  out flow_id uuid, out provider text, out sealed bytea, out redirect_to text, out pkce boolean)
  returns record
  language sql volatile
  security definer set search_path = ''
as $$
  update auth.flow_states f set state_hash = null
   where f.state_hash = any (_states) and f.expires_at > _now
     and (_provider is null or f.provider = _provider)
  returning f.id, f.provider, f.sealed, f.redirect_to, f.code_challenge is not null
$$;
comment on function auth.oauth_take(bytea[], text, timestamptz) is
  'The flow of a state, which is used up; all null for one that is unknown, used, '
  'expired or another provider''s.';
revoke execute on function auth.oauth_take(bytea[], text, timestamptz) from public;
grant execute on function auth.oauth_take(bytea[], text, timestamptz) to authenticator;
