-- Counts an upload that begins, refused ones too: so it is a call of its own,
-- made only where a limit is set.
create or replace function storage.upload_hit(
  _role text, _user_id text, _ip text, _limit int, _now timestamptz default now(),
  out status int, out body jsonb)
  returns record
  language plpgsql volatile
  security definer set search_path = ''
as $$
declare
  v_wait int := 0;
begin
  if (_role = 'service_role') is not true then
    v_wait := limits.hit(
      _bucket => 'storage.upload', _key => coalesce(nullif(_user_id, ''), 'ip ' || _ip),
      _limit => _limit, _window => interval '1 minute', _now => _now);
  end if;
  status := case when v_wait = 0 then 200 else 429 end;
  body := case when v_wait = 0 then jsonb_build_object('wait', 0)
               else storage._refusal('SlowDown', format('Too many uploads; go on in %s seconds', v_wait))
                    || jsonb_build_object('wait', v_wait) end;
end
$$;
comment on function storage.upload_hit(text, text, text, int, timestamptz) is
  'Counts an upload of a user or, of nobody, of an address: 200, or 429 SlowDown with the seconds to wait '
  'past _limit a minute. service_role is not counted.';
revoke execute on function storage.upload_hit(text, text, text, int, timestamptz) from public;
grant execute on function storage.upload_hit(text, text, text, int, timestamptz) to authenticator;
