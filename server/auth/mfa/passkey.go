package mfa

import (
	"encoding/json"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
	"howdah/server/auth/kit"
	"howdah/server/db"
	"howdah/server/problem"
)

const registerBeginSQL = `select status, body, ceremony
from auth.passkey_register_begin(_user_id => $1, _session_id => $2, _challenge_id => $3, _challenge => $4, _settings => $5)`

const registerFinishSQL = `select status, body from auth.passkey_register_finish(_user_id => $1, _session_id => $2, _credential => $3,
  _sign_count => $4, _friendly_name => $5, _ip => $6, _settings => $7)`

const loginBeginSQL = `select status, body from auth.passkey_login_begin(_challenge_id => $1, _challenge => $2, _ip => $3, _settings => $4)`

const passkeyAnswerSQL = `select status, body, challenge, ceremony
from auth.passkey_answer(_user_id => $1, _challenge_id => $2, _credential_id => $3, _ip => $4, _settings => $5)`

const loginFinishSQL = `select status, body, claims, session_id, counter from auth.passkey_login_finish(_credential_id => $1, _credential => $2,
  _sign_count => $3, _ip => $4, _user_agent => $5, _settings => $6)`

const (
	passkeyListSQL   = `select status, body from auth.passkey_list(_user_id => $1, _session_id => $2)`
	passkeyRenameSQL = `select status, body from auth.passkey_rename(_user_id => $1, _session_id => $2, _id => $3, _friendly_name => $4, _ip => $5)`
	passkeyDeleteSQL = `select status, body from auth.passkey_delete(_user_id => $1, _session_id => $2, _id => $3, _ip => $4)`
)

type opened struct {
	db.Outcome
	Challenge []byte
	Ceremony  json.RawMessage
}

type passkeyAnswer struct {
	ChallengeID  uuid.UUID       `json:"challenge_id"`
	Credential   json.RawMessage `json:"credential"`
	FriendlyName *string         `json:"friendly_name"`
}

func (s *Service) registerOptions(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	id, challenge := uuid.New(), newChallenge()
	out, err := db.CallRow[opened](c.Request().Context(), s.Pool, registerBeginSQL, user, session, id, []byte(challenge), s.settings)
	if err != nil || out.Status != http.StatusOK {
		return s.reply(c, out.Outcome, err)
	}
	owner, err := readCeremony(out.Ceremony)
	if err != nil {
		return err
	}
	creation, _, err := s.rp.BeginRegistration(owner, withChallenge(challenge),
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithExclusions(webauthn.Credentials(owner.Credentials).CredentialDescriptors()))
	if err != nil {
		return err
	}
	return withOptions(c, out.Body, creation.Response)
}

// withOptions adds the ceremony's options to what SQL answered.
func withOptions(c echo.Context, body json.RawMessage, options any) error {
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	answer["options"] = options
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, answer)
}

// registerVerify calls the database twice: the challenge is used up before the
// answer to it is looked at.
func (s *Service) registerVerify(c echo.Context) error {
	var in passkeyAnswer
	user, session, err := s.begin(c, &in)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	ip, _ := s.Client(c)
	out, err := db.CallRow[opened](ctx, s.Pool, passkeyAnswerSQL, user, in.ChallengeID, nil, ip, s.settings)
	if err != nil || out.Status != http.StatusOK {
		return s.reply(c, out.Outcome, err)
	}
	credential, count, err := s.checkCeremony(out.Ceremony, out.Challenge, in.Credential)
	switch {
	case err != nil:
		return err
	case credential == nil:
		return unverified()
	}
	made, err := db.Call(ctx, s.Pool, registerFinishSQL, user, session, credential, count, in.FriendlyName, ip, s.settings)
	return s.reply(c, made, err)
}

func unverified() error {
	return problem.New(http.StatusBadRequest, "webauthn_verification_failed", "The passkey could not be verified")
}

func (s *Service) loginOptions(c echo.Context) error {
	id, challenge := uuid.New(), newChallenge()
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, loginBeginSQL, id, []byte(challenge), ip, s.settings)
	if err != nil || out.Status != http.StatusOK {
		return s.reply(c, out, err)
	}
	assertion, _, err := s.rp.BeginDiscoverableLogin(webauthn.WithChallenge(challenge))
	if err != nil {
		return err
	}
	return withOptions(c, out.Body, assertion.Response)
}

// loginVerify calls the database twice, as registerVerify does. Whose passkey
// it is, the credential's id says, not the handle that came with it.
func (s *Service) loginVerify(c echo.Context) error {
	var in passkeyAnswer
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(in.Credential)
	if err != nil {
		return unverified()
	}
	ctx := c.Request().Context()
	ip, agent := s.Client(c)
	out, err := db.CallRow[opened](ctx, s.Pool, passkeyAnswerSQL, nil, in.ChallengeID, parsed.RawID, ip, s.settings)
	if err != nil || out.Status != http.StatusOK {
		return s.reply(c, out.Outcome, err)
	}
	credential, count, err := s.discover(&out, parsed)
	if err != nil {
		return err
	}
	granted, err := hooks.Call[kit.Outcome](ctx, s.Asker, nil, loginFinishSQL, parsed.RawID, credential, count, ip, agent, s.settings)
	if err != nil {
		return err
	}
	return s.Grant(c, granted)
}

func (s *Service) discover(out *opened, parsed *protocol.ParsedCredentialAssertionData) (json.RawMessage, *int64, error) {
	if out.Ceremony == nil {
		return nil, nil, nil
	}
	owner, err := readCeremony(out.Ceremony)
	if err != nil {
		return nil, nil, err
	}
	session := s.session(owner, out.Challenge, protocol.VerificationPreferred)
	session.UserID = nil
	handler := func(_, _ []byte) (webauthn.User, error) { return owner, nil }
	return kept(s.rp.ValidateDiscoverableLogin(handler, session, parsed))
}

func (s *Service) listPasskeys(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, passkeyListSQL, user, session)
	return s.reply(c, out, err)
}

func (s *Service) renamePasskey(c echo.Context) error {
	var in struct {
		FriendlyName *string `json:"friendly_name"`
	}
	id, err := kit.ID(c, "passkey")
	if err != nil {
		return err
	}
	user, session, err := s.begin(c, &in)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, passkeyRenameSQL, user, session, id, in.FriendlyName, ip)
	return s.reply(c, out, err)
}

func (s *Service) deletePasskey(c echo.Context) error {
	id, err := kit.ID(c, "passkey")
	if err != nil {
		return err
	}
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, passkeyDeleteSQL, user, session, id, ip)
	return s.reply(c, out, err)
}
