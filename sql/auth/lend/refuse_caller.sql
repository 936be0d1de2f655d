-- What auth lends to other domains. Nobody is granted these: definers of the
-- platform call them.
create or replace function auth.refuse_caller(_user_id uuid, _session_id uuid, _now timestamptz default now())
  returns jsonb
  language plpgsql stable
as $$
declare
  v_body jsonb := auth._mfa_refusal(_user_id, _session_id, _now);
begin
  if v_body is null and auth._needs_aal2(_user_id, _session_id) then
    v_body := auth._refusal('insufficient_aal', 'AAL2 required', 'Verify a factor of yours first.');
  end if;
  return v_body;
end
$$;
comment on function auth.refuse_caller(uuid, uuid, timestamptz) is
  'Why the session may not act for its user (gone, banned, anonymous, below what its factors '
  'demand); null when it may.';
revoke execute on function auth.refuse_caller(uuid, uuid, timestamptz) from public;
