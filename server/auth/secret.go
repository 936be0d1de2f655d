package auth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
)

// oneTime is a one-time token on its way out: to sql/auth as keyed hashes and
// as mail that is sealed, to nobody in the clear but a send hook, if there is
// one.
type oneTime struct {
	Code            string            `json:"code"`  // hex of the keyed hash
	Token           string            `json:"token"` // hex of the keyed hash
	Sealed          map[string][]byte `json:"sealed,omitempty"`
	Plain           map[string]string `json:"plain,omitempty"`
	PlainBoth       map[string]string `json:"plain_both,omitempty"` // of both ends of a change
	RedirectTo      string            `json:"redirect_to"`
	CodeChallenge   *string           `json:"code_challenge,omitempty"`
	ChallengeMethod *string           `json:"code_challenge_method,omitempty"`

	code, token string
}

// pkcePrefix marks the links of flows that end in a code for their client.
const pkcePrefix = "pkce_"

func (s *Service) codeHash(code string) []byte  { return s.Ring.MAC("auth code", []byte(code)) }
func (s *Service) linkHash(token string) []byte { return s.Ring.MAC("auth link", []byte(token)) }
func flowCodeHash(s *Service, code string) []byte {
	return s.Ring.MAC("auth flow", []byte(code))
}

// mint makes a token. Which purpose it will have is for SQL to say, so that
// the mail of each is sealed.
func (s *Service) mint(f flow, redirectTo string, purposes ...string) (*oneTime, error) {
	code, err := digits(s.Config.OTPLength)
	if err != nil {
		return nil, err
	}
	return s.mintCode(code, f, redirectTo, purposes...)
}

func (s *Service) mintCode(code string, f flow, redirectTo string, purposes ...string) (*oneTime, error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	if f.CodeChallenge != nil {
		token = pkcePrefix + token
	}
	t := &oneTime{
		Code: hex.EncodeToString(s.codeHash(code)), Token: hex.EncodeToString(s.linkHash(token)), RedirectTo: redirectTo,
		CodeChallenge: f.CodeChallenge, ChallengeMethod: f.CodeChallengeMethod, code: code, token: token, Sealed: map[string][]byte{},
	}
	for _, purpose := range purposes {
		secrets, err := json.Marshal(map[string]string{
			"token": code, "token_hash": token, "confirmation_url": s.link(token, purpose, redirectTo),
		})
		if err != nil {
			return nil, err
		}
		if t.Sealed[purpose], err = s.Ring.Seal("mail", secrets); err != nil {
			return nil, err
		}
	}
	if s.plainly() {
		t.Plain = map[string]string{"token": code, "token_hash": token, "redirect_to": redirectTo, "site_url": s.Server.ExternalURL}
	}
	return t, nil
}

// plainly says whether functions of the database send, which need codes in the clear.
func (s *Service) plainly() bool {
	h := s.Config.Hooks
	return h.SendEmail && !h.Over("send_email") || h.SendSMS && !h.Over("send_sms")
}

// mintBoth makes a token for each end of a change of address. A send hook gets both at
// once, from the current address's, crossed as GoTrue has it.
func (s *Service) mintBoth(f flow, redirectTo, purpose string) (token, current *oneTime, err error) {
	if token, err = s.mint(f, redirectTo, purpose); err != nil {
		return nil, nil, err
	}
	if current, err = s.mint(f, redirectTo, purpose); err != nil {
		return nil, nil, err
	}
	both := map[string]string{"token": current.code, "token_hash_new": current.token, "token_new": token.code, "token_hash": token.token}
	if s.plainly() {
		current.PlainBoth = both
	}
	secrets, err := json.Marshal(both)
	if err == nil && s.Config.Hooks.Over("send_email") {
		current.Sealed["email_change_both"], err = s.Ring.Seal("mail", secrets)
	}
	return token, current, err
}

// mintSMS makes a code for a phone. One of SMS_TEST_OTP has the configured
// code, and none is sent.
func (s *Service) mintSMS(phone, purpose string) (*oneTime, error) {
	if code, ok := s.testCodes[normalPhone(phone)]; ok {
		return s.mintCode(code, flow{}, "")
	}
	code, err := digits(s.Config.SMSOTPLength)
	if err != nil {
		return nil, err
	}
	t, err := s.mintCode(code, flow{}, "")
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(map[string]string{"code": code, "token": code})
	if err != nil {
		return nil, err
	}
	t.Sealed[purpose], err = s.Ring.Seal("mail", secrets)
	return t, err
}

// link is what a mail's button leads to.
func (s *Service) link(token, purpose, redirectTo string) string {
	if purpose == "email" {
		purpose = "signup" // to the wire, a first sign-in by mail is a sign-up
	}
	query := url.Values{"token": {token}, "type": {purpose}, "redirect_to": {redirectTo}}
	return s.Server.ExternalURL + "/auth/v1/verify?" + query.Encode()
}

// digits is a random code of n digits.
func digits(n int) (string, error) {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	value, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, value), nil
}
