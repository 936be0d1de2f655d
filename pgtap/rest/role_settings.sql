begin;
select plan(3);
create role settled;
alter role settled set statement_timeout = '3s';
alter role settled set log_statement = 'all';
alter role settled set app.flavour = 'mint';
grant settled to authenticator;
set session authorization authenticator;
select is(rest.role_settings() -> 'settled' ->> 'statement_timeout', '3s',
          'a setting of a role that may be taken');
select is(rest.role_settings() -> 'settled' ->> 'app.flavour', 'mint', 'custom ones too');
select is(rest.role_settings() -> 'settled' ->> 'log_statement', null,
          'what the login role may not set is left out');
select * from finish();
rollback;
