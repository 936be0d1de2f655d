package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"howdah/server/config"
)

// captcha asks hCaptcha or Turnstile whether a human sent a request. Both
// speak one protocol.
type captcha struct {
	url    string
	secret config.Secret
	client *http.Client
}

var captchaURLs = map[string]string{
	"hcaptcha":  "https://api.hcaptcha.com/siteverify",
	"turnstile": "https://challenges.cloudflare.com/turnstile/v0/siteverify",
}

func newCaptcha(c config.Auth) *captcha {
	if !c.CaptchaEnabled {
		return nil
	}
	address := c.CaptchaURL
	if address == "" {
		address = captchaURLs[c.CaptchaProvider]
	}
	return &captcha{url: address, secret: c.CaptchaSecret, client: &http.Client{Timeout: 10 * time.Second}}
}

// check is nil for a human, and where no CAPTCHA is configured.
func (h *captcha) check(ctx context.Context, token, ip string) error {
	if h == nil {
		return nil
	}
	if token == "" {
		return refuse(http.StatusBadRequest, "captcha_failed", "captcha protection: request disallowed (no captcha_token found in request)")
	}
	form := url.Values{"secret": {h.secret.Reveal()}, "response": {token}, "remoteip": {ip}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("verify captcha: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := h.client.Do(req)
	if err != nil {
		return fmt.Errorf("verify captcha: %w", err)
	}
	defer res.Body.Close()
	var said struct {
		Success bool     `json:"success"`
		Errors  []string `json:"error-codes"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<16)).Decode(&said); err != nil {
		return fmt.Errorf("verify captcha: %w", err)
	}
	if !said.Success {
		return refuse(http.StatusBadRequest, "captcha_failed", "captcha protection: request disallowed ("+strings.Join(said.Errors, ", ")+")")
	}
	return nil
}
