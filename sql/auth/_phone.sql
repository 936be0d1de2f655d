-- Phones are kept as digits: E.164 without its plus. What people write between
-- the digits is dropped; null for what is no number.
create or replace function auth._phone(_text text)
  returns text
  language sql immutable strict parallel safe
as $$
  select d.digits
    from (select regexp_replace(_text, '[ ().+-]', '', 'g') as digits) d
   where d.digits ~ '^[1-9][0-9]{6,14}$'
$$;
