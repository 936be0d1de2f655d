package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"howdah/server/config"
	"howdah/server/jobs/outbound"
)

// gateway sends text messages by an HTTP request that the configuration writes.
type gateway struct {
	client *outbound.Client
	config config.Mail
}

func (g *gateway) send(ctx context.Context, m message) error {
	h := http.Header{}
	h.Set("Content-Type", g.config.SMSContentType)
	h.Set("Idempotency-Key", m.messageID)
	if auth := g.config.SMSAuth.Reveal(); auth != "" {
		h.Set("Authorization", auth)
	}
	if err := m.handOver(ctx); err != nil {
		return err
	}
	resp, err := g.client.Do(ctx, outbound.Request{
		Method: http.MethodPost, URL: g.config.SMSURL, Header: h, Body: []byte(g.body(m)), Timeout: g.config.Timeout,
	})
	var e *outbound.Error
	switch {
	case errors.As(err, &e) && e.Kind == outbound.Blocked:
		return &failure{"refused", "blocked", err}
	case errors.As(err, &e) && e.Kind == outbound.TimedOut:
		return &failure{"unknown", "timeout", err}
	case err != nil:
		return &failure{"later", "connection", err}
	case resp.Status < 300:
		return nil
	case resp.Status == http.StatusRequestTimeout || resp.Status == http.StatusTooManyRequests || resp.Status >= 500:
		return &failure{"later", fmt.Sprintf("http_%d", resp.Status), errors.New("the gateway has no time now")}
	default: // what it says may repeat the code
		return &failure{"refused", fmt.Sprintf("http_%d", resp.Status), errors.New("the gateway refuses the message")}
	}
}

// body fills SMS_HTTP_BODY, escaped for its content type.
func (g *gateway) body(m message) string {
	escape := url.QueryEscape
	if g.config.SMSContentType == "application/json" {
		escape = inJSON
	}
	return strings.NewReplacer("{{ to }}", escape(m.recipient), "{{ text }}", escape(m.text)).Replace(g.config.SMSBody)
}

// inJSON is text for between the quotes of a JSON string.
func inJSON(text string) string {
	quoted, _ := json.Marshal(text) //nolint:errchkjson // a string always encodes
	return string(quoted[1 : len(quoted)-1])
}
