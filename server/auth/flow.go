package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

// flow is what every request of a public flow may carry: the challenge of
// PKCE, and the answer to a CAPTCHA.
type flow struct {
	CodeChallenge       *string `json:"code_challenge"`
	CodeChallengeMethod *string `json:"code_challenge_method"`
	Security            struct {
		CaptchaToken string `json:"captcha_token"`
	} `json:"gotrue_meta_security"`
}

var goodChallenge = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// settle checks the challenge; empty means none.
func (f *flow) settle() error {
	if empty(f.CodeChallenge) && empty(f.CodeChallengeMethod) {
		f.CodeChallenge, f.CodeChallengeMethod = nil, nil
		return nil
	}
	switch {
	case empty(f.CodeChallenge) || empty(f.CodeChallengeMethod):
		return invalid("PKCE flow requires code_challenge_method and code_challenge")
	case !goodChallenge.MatchString(*f.CodeChallenge):
		return invalid("code challenge has to be between 43 and 128 characters of A-Z, a-z, 0-9, . _ ~ -")
	case !strings.EqualFold(*f.CodeChallengeMethod, "s256") && !strings.EqualFold(*f.CodeChallengeMethod, "plain"):
		return invalid("code challenge method must be s256 or plain")
	}
	return nil
}

// s256 is the challenge of a verifier (RFC 7636).
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// begin reads the request of a public flow: JSON, challenge, CAPTCHA.
func (s *Service) begin(c echo.Context, in any, f *flow) error {
	if err := decode(c, in); err != nil {
		return err
	}
	if err := f.settle(); err != nil {
		return err
	}
	return s.captcha.check(c.Request().Context(), f.Security.CaptchaToken, c.RealIP())
}

// normalPhone is a phone as the database keeps it: digits.
func normalPhone(phone string) string {
	return strings.NewReplacer("+", "", " ", "", "-", "", "(", "", ")", "", ".", "").Replace(phone)
}
