-- The templates that are there without anybody writing one. They are a function
-- and not rows: a release improves them by create or replace, and a user's own
-- version in mail.templates stands before them untouched.

-- One frame for all of them. Mail clients know tables and inline styles only.
create or replace function mail._frame(_heading text, _content text, _footer text)
  returns text
  language sql immutable parallel safe
as $$
  select format($html$<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>%1$s</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6;">
<table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="background:#f3f4f6;padding:40px 16px;">
<tr><td align="center">
<table role="presentation" width="100%%" cellpadding="0" cellspacing="0" style="max-width:520px;background:#ffffff;border:1px solid #e5e7eb;border-radius:12px;">
<tr><td style="padding:36px 40px 32px;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.6;color:#374151;">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:#111827;">%1$s</h1>
%2$s
</td></tr>
</table>
<p style="max-width:440px;margin:20px auto 0;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:13px;line-height:1.6;color:#6b7280;">%3$s</p>
</td></tr>
</table>
</body>
</html>
$html$, _heading, _content, _footer)
$$;

create or replace function mail._button(_label text)
  returns text
  language sql immutable parallel safe
as $$
  select format($html$
<p style="margin:28px 0;"><a href="{{ confirmation_url }}" style="display:inline-block;padding:13px 26px;background:#0f766e;color:#ffffff;font-weight:600;text-decoration:none;border-radius:8px;">%s</a></p>$html$,
                _label)
$$;

create or replace function mail._code(_before text)
  returns text
  language sql immutable parallel safe
as $$
  select format($html$
<p style="margin:0 0 8px;">%s</p>
<p style="margin:0;padding:14px 18px;background:#f3f4f6;border-radius:8px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:26px;letter-spacing:6px;color:#111827;text-align:center;">{{ token }}</p>$html$,
                _before)
$$;

-- _name null: all of them. label null: no link. code null: no code. Both mails and texts are made of the
-- same sentences, so they never say different things.
create or replace function mail._builtin(_name text)
  returns table (name text, subject text, text_body text, html_body text)
  language sql immutable parallel safe
as $$
  with one as (
    select t.*
      from (
        values
          ('confirmation', 'Confirm your e-mail address', 'Confirm your e-mail address',
           'Welcome! Confirm that {{ email }} is yours, and your account is ready.',
           'Confirm address', 'Or enter this code:',
           'If you did not sign up, ignore this mail: nothing happens without a confirmation.'),
          ('invite', 'You have been invited', 'You have been invited',
           'An account on {{ site_url }} is waiting for you.', 'Accept the invitation',
           'Or enter this code:', 'If you did not expect an invitation, ignore this mail.'),
          ('recovery', 'Reset your password', 'Reset your password',
           'Somebody asked to reset the password of {{ email }}. If it was you, choose a new one:',
           'Choose a new password', 'Or enter this code:',
           'If it was not you, ignore this mail: your password stays as it is.'),
          ('magic_link', 'Your sign-in link', 'Sign in',
           'This link signs {{ email }} in. It works once.',
           'Sign in', 'Or enter this code:', 'If you did not ask to sign in, ignore this mail.'),
          ('email_change_current', 'Confirm that your e-mail address changes', 'Change your e-mail address',
           'Your account asks to move from {{ email }} to {{ new_email }}. Confirm it from this address:',
           'Confirm the change', 'Or enter this code:',
           'If you did not ask for it, change your password: somebody else may be signed in as you.'),
          ('email_change_new', 'Confirm your new e-mail address', 'Confirm your new e-mail address',
           'The account of {{ email }} asks to move to {{ new_email }}. Confirm that this address is yours:',
           'Confirm the new address', 'Or enter this code:',
           'If you do not know this account, ignore this mail.'),
          ('reauthentication', '{{ token }} is your verification code', 'Verify that it is you',
           'You are about to change something important in your account.',
           null, 'Enter this code to go on:', 'If it is not you who is asking, change your password.'),
          ('password_changed', 'Your password was changed', 'Your password was changed',
           'The password of {{ email }} was just changed.', null, null,
           'If it was not you, reset your password at once.'),
          ('email_changed', 'Your e-mail address was changed', 'Your e-mail address was changed',
           'Your account moved from {{ old_email }} to {{ email }}.', null, null,
           'If it was not you, contact the people who run {{ site_url }}.'),
          ('phone_changed', 'Your phone number was changed', 'Your phone number was changed',
           'The phone number of {{ email }} is now {{ phone }}.', null, null,
           'If it was not you, change your password.'),
          ('identity_linked', 'A new way to sign in was added', 'A new way to sign in was added',
           'You can now sign in to {{ email }} with {{ provider }}.', null, null,
           'If it was not you, change your password and remove it.'),
          ('identity_unlinked', 'A way to sign in was removed', 'A way to sign in was removed',
           '{{ provider }} no longer signs in to {{ email }}.', null, null,
           'If it was not you, change your password.'),
          ('mfa_factor_enrolled', 'A second factor was added', 'A second factor was added',
           'Signing in to {{ email }} may now ask for: {{ factor_type }}.', null,
           null, 'If it was not you, change your password.'),
          ('mfa_factor_unenrolled', 'A second factor was removed', 'A second factor was removed',
           'Signing in to {{ email }} no longer asks for: {{ factor_type }}.', null,
           null, 'If it was not you, change your password.'))
             as t (name, subject, heading, lead, label, code, footer)
     where t.name = coalesce(_name, t.name)
  )
  select o.name, o.subject,
         concat(o.heading, E'\n\n', o.lead, E'\n',
                format(E'\n%s:\n{{ confirmation_url }}\n', o.label),
                format(E'\n%s {{ token }}\n', o.code),
                E'\n', o.footer, E'\n'),
         mail._frame(o.heading,
                     concat('<p style="margin:0 0 16px;">', o.lead, '</p>',
                            mail._button(o.label), mail._code(o.code)),
                     o.footer)
    from one o
$$;
