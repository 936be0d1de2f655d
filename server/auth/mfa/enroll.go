package mfa

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp/totp"

	"howdah/server/auth/kit"
	"howdah/server/db"
	"howdah/server/problem"
)

const enrollSQL = `select status, body, account from auth.mfa_enroll(_user_id => $1, _session_id => $2, _factor_id => $3, _factor_type => $4,
  _friendly_name => $5, _phone => $6, _secret_sealed => $7, _ip => $8, _settings => $9)`

const unenrollSQL = `select status, body from auth.mfa_unenroll(_user_id => $1, _session_id => $2, _factor_id => $3, _ip => $4, _settings => $5)`

const statusSQL = `select status, body from auth.mfa_status(_user_id => $1, _session_id => $2)`

// sealedFor is the purpose under which a factor's secret rests: it opens in
// that factor's row alone.
func sealedFor(factor uuid.UUID) string { return "mfa.totp " + factor.String() }

type enrolled struct {
	ID           uuid.UUID `json:"id"`
	Type         string    `json:"type"`
	FriendlyName string    `json:"friendly_name"`
	Phone        string    `json:"phone,omitempty"`
	TOTP         *shown    `json:"totp,omitempty"`
}

// shown is a TOTP secret, this one time.
type shown struct {
	QRCode string `json:"qr_code"`
	Secret string `json:"secret"`
	URI    string `json:"uri"`
}

// enroll is POST /factors, and POST /mfa/start, where totp goes without saying.
func (s *Service) enroll(c echo.Context) error {
	var in struct {
		FactorType   *string `json:"factor_type"`
		FriendlyName *string `json:"friendly_name"`
		Issuer       *string `json:"issuer"`
		Phone        *string `json:"phone"`
	}
	user, session, err := s.begin(c, &in)
	if err != nil {
		return err
	}
	kind := "totp"
	if in.FactorType != nil {
		kind = *in.FactorType
	}
	if kind != "totp" && kind != "phone" && kind != "webauthn" {
		return invalid("factor_type needs to be totp, phone, or webauthn")
	}
	factor := uuid.New()
	secret := newSecret()
	sealed, err := s.Ring.Seal(sealedFor(factor), secret)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.CallRow[struct {
		db.Outcome
		Account *string
	}](c.Request().Context(), s.Pool, enrollSQL, user, session, factor, kind, in.FriendlyName, in.Phone, sealed, ip, s.settings)
	if err != nil || out.Status != http.StatusOK || kind != "totp" {
		return s.reply(c, out.Outcome, err)
	}
	var answer enrolled
	if err := json.Unmarshal(out.Body, &answer); err != nil {
		return err
	}
	issuer := s.issuer
	if in.Issuer != nil && *in.Issuer != "" {
		issuer = *in.Issuer
	}
	if answer.TOTP, err = show(issuer, *out.Account, secret); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

func show(issuer, account string, secret []byte) (*shown, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Secret: secret})
	if err != nil {
		return nil, fmt.Errorf("totp: %w", err)
	}
	picture, err := svg(key.URL())
	if err != nil {
		return nil, err
	}
	return &shown{QRCode: picture, Secret: key.Secret(), URI: key.URL()}, nil
}

// svg draws text as a QR code, four modules of quiet zone around it.
func svg(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", problem.New(http.StatusBadRequest, "validation_failed", "issuer is too long")
	}
	const quiet = 4
	size := code.Bounds().Dx()
	full := size + 2*quiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[1]d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path fill="#000" d="`, full)
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.String(), nil
}

func (s *Service) unenroll(c echo.Context) error {
	factor, err := kit.ID(c, "factor")
	if err != nil {
		return err
	}
	return s.drop(c, &factor)
}

// disable is POST /mfa/disable: without a factor_id, all of them.
func (s *Service) disable(c echo.Context) error {
	var in struct {
		FactorID *uuid.UUID `json:"factor_id"`
	}
	if err := s.Decode(c, &in); err != nil {
		return err
	}
	return s.drop(c, in.FactorID)
}

func (s *Service) drop(c echo.Context, factor *uuid.UUID) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	ip, _ := s.Client(c)
	out, err := db.Call(c.Request().Context(), s.Pool, unenrollSQL, user, session, factor, ip, s.settings)
	return s.reply(c, out, err)
}

func (s *Service) status(c echo.Context) error {
	user, session, err := s.Caller(c)
	if err != nil {
		return err
	}
	out, err := db.Call(c.Request().Context(), s.Pool, statusSQL, user, session)
	return s.reply(c, out, err)
}

// begin reads the caller and the body.
func (s *Service) begin(c echo.Context, in any) (user, session uuid.UUID, err error) {
	if user, session, err = s.Caller(c); err != nil {
		return user, session, err
	}
	return user, session, s.Decode(c, in)
}

func (s *Service) reply(c echo.Context, out db.Outcome, err error) error {
	if err != nil {
		return err
	}
	return s.Reply(c, out)
}

func invalid(message string) error {
	return problem.New(http.StatusBadRequest, "validation_failed", message)
}
