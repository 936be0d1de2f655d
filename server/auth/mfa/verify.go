package mfa

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp/hotp"

	"howdah/server/auth/hooks"
	"howdah/server/auth/kit"
	"howdah/server/db"
)

const challengeSQL = `select status, body, ceremony from auth.mfa_challenge(_user_id => $1, _session_id => $2, _factor_id => $3,
  _challenge_id => $4, _challenge => $5, _code_hash => $6, _sms_sealed => $7, _ip => $8, _settings => $9)`

const verifyBeginSQL = `select status, body, factor_id, challenge_id, factor_type, secret_sealed, challenge, ceremony
from auth.mfa_verify_begin(_user_id => $1, _session_id => $2, _factor_id => $3, _challenge_id => $4, _status => $5, _ip => $6, _settings => $7)`

const verifyFinishSQL = `select status, body, claims, session_id, counter from auth.mfa_verify_finish(_user_id => $1, _session_id => $2,
  _factor_id => $3, _challenge_id => $4, _step => $5, _code_hash => $6, _credential => $7, _sign_count => $8, _ip => $9, _settings => $10)`

// challenge makes a WebAuthn challenge and a code, of which the factor needs
// at most one: only the database knows what it is, and one call is enough.
func (s *Service) challenge(c echo.Context) error {
	factor, err := kit.ID(c, "factor")
	if err != nil {
		return err
	}
	return s.open(c, factor)
}

// sendCode is POST /mfa/send_code {factor_id}.
func (s *Service) sendCode(c echo.Context) error {
	var in struct {
		FactorID uuid.UUID `json:"factor_id"`
	}
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	return s.open(c, in.FactorID)
}

func (s *Service) open(c echo.Context, factor uuid.UUID) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	id, challenge, code := uuid.New(), newChallenge(), newCode()
	sms, err := json.Marshal(map[string]string{"token": code})
	if err != nil {
		return err
	}
	sealed, err := s.Ring.Seal("mail", sms)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.CallRow[struct {
		db.Outcome
		Ceremony json.RawMessage
	}](c.Request().Context(), s.Pool, challengeSQL, user, session, factor, id, challenge, s.codeHash(id, code), sealed, ip, s.settings)
	if err != nil || out.Status != http.StatusOK || out.Ceremony == nil {
		return s.reply(c, out.Outcome, err)
	}
	kind, options, err := s.factorOptions(out.Ceremony, challenge)
	if err != nil {
		return err
	}
	var answer map[string]any
	if err := json.Unmarshal(out.Body, &answer); err != nil {
		return err
	}
	answer["webauthn"] = map[string]any{"type": kind, "credential_options": map[string]any{"publicKey": options}}
	return c.JSON(http.StatusOK, answer)
}

type proof struct {
	FactorID    *uuid.UUID `json:"factor_id"`
	ChallengeID *uuid.UUID `json:"challenge_id"`
	Code        string     `json:"code"`
	WebAuthn    *struct {
		Type     string          `json:"type"`
		Response json.RawMessage `json:"credential_response"`
	} `json:"webauthn"`
}

func (s *Service) verify(c echo.Context) error {
	factor, err := kit.ID(c, "factor")
	if err != nil {
		return err
	}
	return s.answer(c, &factor, "")
}

// confirm is POST /mfa/confirm {code}: the newest authenticator app that is
// not verified yet.
func (s *Service) confirm(c echo.Context) error { return s.answer(c, nil, "unverified") }

// verifyShort is POST /mfa/verify {code}: the newest one that is.
func (s *Service) verifyShort(c echo.Context) error { return s.answer(c, nil, "verified") }

type attempt struct {
	db.Outcome
	FactorID, ChallengeID *uuid.UUID
	FactorType            *string
	SecretSealed          []byte
	Challenge             []byte
	Ceremony              json.RawMessage
}

// answer calls the database twice: between the two the secret is unsealed and
// the proof compared, which is the server's alone.
func (s *Service) answer(c echo.Context, factor *uuid.UUID, status string) error {
	var in proof
	user, session, err := s.begin(c, &in)
	if err != nil {
		return err
	}
	if in.Code == "" && in.WebAuthn == nil || factor != nil && in.ChallengeID == nil {
		return invalid("challenge_id and code (or webauthn) are required")
	}
	if factor == nil {
		factor = in.FactorID
	}
	ctx := c.Request().Context()
	ip, _ := s.Client(c)
	a, err := db.CallRow[attempt](ctx, s.Pool, verifyBeginSQL, user, session, factor, in.ChallengeID, status, ip, s.settings)
	if err != nil || a.Status != http.StatusOK {
		return s.reply(c, a.Outcome, err)
	}
	p, err := s.check(&a, &in)
	if err != nil {
		return err
	}
	out, err := hooks.Call[kit.Outcome](ctx, s.Asker, nil, verifyFinishSQL, user, session, a.FactorID, a.ChallengeID,
		p.step, p.codeHash, p.credential, p.signCount, ip, s.settings)
	if err != nil {
		return err
	}
	return s.Grant(c, out)
}

// proven is what the proof was worth; nothing in it for a wrong one.
type proven struct {
	step       *int64
	codeHash   []byte
	credential json.RawMessage
	signCount  *int64
}

func (s *Service) check(a *attempt, in *proof) (p proven, err error) {
	switch *a.FactorType {
	case "totp":
		secret, err := s.Ring.Unseal(sealedFor(*a.FactorID), a.SecretSealed)
		if err != nil {
			return p, fmt.Errorf("totp secret: %w", err)
		}
		p.step, err = matchStep(secret, in.Code, time.Now())
		return p, err
	case "phone", "email":
		p.codeHash = s.codeHash(*a.ChallengeID, in.Code)
		return p, nil
	default:
		if in.WebAuthn == nil {
			return p, invalid("webauthn is required")
		}
		p.credential, p.signCount, err = s.checkCeremony(a.Ceremony, a.Challenge, in.WebAuthn.Response)
		return p, err
	}
}

const period = 30 // seconds of a time step

// matchStep is the time step whose code it is: this one, or one beside it, for
// clocks that are off. All three are compared, whichever fits.
func matchStep(secret []byte, code string, now time.Time) (*int64, error) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	var match *int64
	for skew := int64(-1); skew <= 1; skew++ {
		step := now.Unix()/period + skew
		want, err := hotp.GenerateCode(text, uint64(step)) //nolint:gosec // the time is past 1970
		if err != nil {
			return nil, fmt.Errorf("totp: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			match = &step
		}
	}
	return match, nil
}

func (s *Service) codeHash(challenge uuid.UUID, code string) []byte {
	return s.Ring.MAC("mfa.phone", append(challenge[:], code...))
}

func newSecret() []byte {
	b := make([]byte, 20) // RFC 4226 asks for 160 bits
	rand.Read(b)
	return b
}

func newChallenge() protocol.URLEncodedBase64 {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system's randomness does not fail
	}
	return fmt.Sprintf("%06d", n)
}
