-- Refuses a mail or SMS to an address that got one a moment ago. The address is
-- counted whether anybody has it or not, so that the refusal tells nothing.
create or replace function auth._gap(_kind text, _to text, _settings jsonb, _now timestamptz)
  returns auth.outcome
  language plpgsql volatile
as $$
declare
  v_sms  constant boolean := _to !~ '@';
  v_gap  constant int := auth._setting(_settings, case when v_sms then 'sms_gap' else 'mail_gap' end)::int;
  v_wait int;
  v_out  auth.outcome;
begin
  if v_gap > 0 then
    v_wait := limits.gap('auth.send.' || _kind, encode(sha256(convert_to(_to, 'UTF8')), 'hex'), make_interval(secs => v_gap), _now);
  end if;
  if v_wait > 0 then
    v_out.status := 429;
    v_out.body := auth._refusal(case when v_sms then 'over_sms_send_rate_limit' else 'over_email_send_rate_limit' end,
      format('For security purposes, you can only request this after %s seconds.', v_wait), null, v_wait);
  end if;
  return v_out;
end
$$;
