-- Says, before the first byte of a message leaves, that it is about to. The
-- attempt is the sender's ticket: one that was so slow that another has taken
-- the message over is told to let it be.
create or replace function mail.hand_over(_message bigint, _attempt int, _now timestamptz default now())
  returns boolean
  language plpgsql volatile
  security definer set search_path = ''
as $$
begin
  update mail.messages m set handed_at = _now
   where m.id = _message and m.state = 'sending' and m.attempts = _attempt and m.handed_at is null;
  return found;
end
$$;
comment on function mail.hand_over(bigint, int, timestamptz) is
  'Marks a claimed message as leaving; false when this attempt at it is not the current one, '
  'and then it must not be sent.';
revoke execute on function mail.hand_over(bigint, int, timestamptz) from public;
grant execute on function mail.hand_over(bigint, int, timestamptz) to authenticator;
