begin;
select plan(5);

create temporary table b as
  select n.name, b.subject, b.text_body, b.html_body
    from unnest(array['confirmation', 'invite', 'recovery', 'magic_link', 'email_change_current',
                      'email_change_new', 'reauthentication', 'password_changed',
                      'email_changed', 'phone_changed', 'identity_linked', 'identity_unlinked',
                      'mfa_factor_enrolled', 'mfa_factor_unenrolled']) as n (name)
    left join lateral mail._builtin(n.name) b on true;
select is_empty($$ select name from b where subject is null or text_body is null or html_body is null $$,
                'each kind of mail that auth sends has a template');
select is_empty($$ select name, mail._template_fault(subject, text_body, html_body)
                     from b
                    where mail._template_fault(subject, text_body, html_body) is not null $$,
                'each would be accepted as a user''s own');
select is_empty($$ select name
                     from b
                    where (text_body ~ 'confirmation_url') <> (html_body ~ 'confirmation_url')
                      or (text_body ~ 'token') <> (html_body ~ 'token') $$,
                'text and HTML of each offer the same link and code');
select set_eq('select name from mail._builtin(null)', 'select name from b', 'no other is there');
select is_empty($$ select * from mail._builtin('nope') $$, 'an unknown name has none');

select * from finish();
rollback;
