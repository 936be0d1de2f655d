package mfa

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// ceremony is what SQL knows of the user who is asked for an authenticator.
type ceremony struct {
	UserID      string                `json:"user_id"`
	Name        string                `json:"name"`
	Registered  bool                  `json:"registered"`
	Credentials []webauthn.Credential `json:"credentials"`
}

// The user handle is the id's text, as GoTrue's is.
func (u *ceremony) WebAuthnID() []byte                         { return []byte(u.UserID) }
func (u *ceremony) WebAuthnName() string                       { return u.Name }
func (u *ceremony) WebAuthnDisplayName() string                { return u.Name }
func (u *ceremony) WebAuthnCredentials() []webauthn.Credential { return u.Credentials }

func readCeremony(raw json.RawMessage) (*ceremony, error) {
	u := new(ceremony)
	if err := json.Unmarshal(raw, u); err != nil {
		return nil, fmt.Errorf("webauthn credentials: %w", err)
	}
	return u, nil
}

// withChallenge takes the challenge that the database has, in place of one
// that the library makes.
func withChallenge(challenge protocol.URLEncodedBase64) webauthn.RegistrationOption {
	return func(o *protocol.PublicKeyCredentialCreationOptions) error {
		o.Challenge = challenge
		return nil
	}
}

// factorOptions is what a browser is asked: create for a factor that is not
// verified yet, request for one that is.
func (s *Service) factorOptions(raw json.RawMessage, challenge protocol.URLEncodedBase64) (kind string, options any, err error) {
	user, err := readCeremony(raw)
	if err != nil {
		return "", nil, err
	}
	if user.Registered {
		assertion, _, err := s.rp.BeginLogin(user, webauthn.WithChallenge(challenge))
		if err != nil {
			return "", nil, fmt.Errorf("webauthn: %w", err)
		}
		return "request", assertion.Response, nil
	}
	creation, _, err := s.rp.BeginRegistration(user, withChallenge(challenge))
	if err != nil {
		return "", nil, fmt.Errorf("webauthn: %w", err)
	}
	return "create", creation.Response, nil
}

// session is the library's memory of a ceremony, made anew: it holds nothing
// that the challenge and the settings do not say.
func (s *Service) session(user *ceremony, challenge protocol.URLEncodedBase64, verification protocol.UserVerificationRequirement) webauthn.SessionData {
	return webauthn.SessionData{
		Challenge: challenge.String(), RelyingPartyID: s.rp.Config.RPID, UserID: user.WebAuthnID(),
		UserVerification: verification, CredParams: webauthn.CredentialParametersDefault(),
	}
}

// checkCeremony verifies an authenticator's answer and says what to keep of
// it; nothing, when it does not hold.
func (s *Service) checkCeremony(raw json.RawMessage, challenge []byte, response json.RawMessage) (json.RawMessage, *int64, error) {
	user, err := readCeremony(raw)
	if err != nil {
		return nil, nil, err
	}
	session := s.session(user, challenge, protocol.VerificationPreferred)
	if user.Registered {
		return kept(s.assert(user, session, response))
	}
	return kept(s.attest(user, session, response))
}

func (s *Service) attest(user *ceremony, session webauthn.SessionData, response json.RawMessage) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, err
	}
	return s.rp.CreateCredential(user, session, parsed)
}

func (s *Service) assert(user *ceremony, session webauthn.SessionData, response json.RawMessage) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, err
	}
	return s.rp.ValidateLogin(user, session, parsed)
}

// kept is a credential as the database keeps it. An authenticator that fails is
// an expected refusal: SQL words and audits it. A counter that did not rise is
// seen there too, against the row as it is then.
func kept(credential *webauthn.Credential, err error) (json.RawMessage, *int64, error) {
	if err != nil {
		slog.Debug("webauthn refused", "error", err)
		return nil, nil, nil
	}
	credential.Authenticator.CloneWarning = false
	text, err := json.Marshal(credential)
	count := int64(credential.Authenticator.SignCount)
	return text, &count, err
}
