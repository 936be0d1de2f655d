begin;
select plan(2);

select has_trigger('auth', 'sessions', 'sessions_notify', 'the end of a session is told');
select has_trigger('auth', 'users', 'users_notify', 'so is a ban');

select * from finish();
rollback;
