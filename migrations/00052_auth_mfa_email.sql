-- Codes by mail as a second factor.

-- +goose Up
set local role howdah_owner;
alter table auth.mfa_factors drop constraint mfa_factors_type_known;
-- No release had this table before: there is nobody to block.
alter table auth.mfa_factors
  -- squawk-ignore constraint-missing-not-valid
  add constraint mfa_factors_type_known check (factor_type in ('totp', 'phone', 'webauthn', 'email'));
reset role;

-- +goose Down
delete from auth.mfa_factors where factor_type = 'email';
alter table auth.mfa_factors drop constraint mfa_factors_type_known;
alter table auth.mfa_factors
  add constraint mfa_factors_type_known check (factor_type in ('totp', 'phone', 'webauthn'));
