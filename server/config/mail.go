package config

import (
	"net/mail"
	"slices"
	"time"
)

// Mail is how mail and text messages leave.
type Mail struct {
	Backend    string        `env:"EMAIL_BACKEND" envDefault:"console" doc:"console (development: printed and kept in /dev/inbox), inbox (/dev/inbox alone), smtp, or none: mail bounces"`
	From       string        `env:"SMTP_ADMIN_EMAIL" doc:"address that mail comes from; needed by smtp"`
	SenderName string        `env:"SMTP_SENDER_NAME" envDefault:"Howdah" doc:"name that mail comes from"`
	Host       string        `env:"SMTP_HOST" doc:"mail server"`
	Port       int           `env:"SMTP_PORT" envDefault:"587" doc:"its port: 587 for STARTTLS, 465 for TLS"`
	Username   string        `env:"SMTP_USERNAME" doc:"whom to sign in to it as; empty: nobody"`
	Password   Secret        `env:"SMTP_PASSWORD" doc:"password of SMTP_USERNAME"`
	TLS        string        `env:"SMTP_TLS" envDefault:"auto" doc:"starttls, tls, none (a mail server on this machine), or auto: tls on port 465, starttls on others"`
	CAFile     string        `env:"SMTP_CA_FILE" doc:"PEM file of authorities to trust instead of the system's"`
	Timeout    time.Duration `env:"SMTP_TIMEOUT" envDefault:"20s" doc:"longest a mail may take"`

	Retention time.Duration `env:"EMAIL_RETENTION" envDefault:"720h" doc:"how long messages are kept after they were queued, with their idempotency keys"`

	SMSBackend     string `env:"SMS_BACKEND" envDefault:"console" doc:"console (development: printed and kept in /dev/inbox) or http"`
	SMSURL         string `env:"SMS_HTTP_URL" doc:"where a POST sends a text message"`
	SMSAuth        Secret `env:"SMS_HTTP_AUTHORIZATION" doc:"Authorization header of that request"`
	SMSContentType string `env:"SMS_HTTP_CONTENT_TYPE" envDefault:"application/json" doc:"application/json or application/x-www-form-urlencoded"`
	SMSBody        string `env:"SMS_HTTP_BODY" envDefault:"{\"to\": \"{{ to }}\", \"text\": \"{{ text }}\"}" doc:"its body; {{ to }} and {{ text }} are filled in, escaped for the content type"`
}

func (m *Mail) mistakes(add func(ok bool, format string, args ...any)) {
	oneOf := func(name, value string, allowed ...string) {
		add(slices.Contains(allowed, value), "%s must be one of %v", name, allowed)
	}
	oneOf("EMAIL_BACKEND", m.Backend, "console", "inbox", "smtp", "none")
	oneOf("SMTP_TLS", m.TLS, "auto", "starttls", "tls", "none")
	oneOf("SMS_BACKEND", m.SMSBackend, "console", "http")
	oneOf("SMS_HTTP_CONTENT_TYPE", m.SMSContentType, "application/json", "application/x-www-form-urlencoded")
	add(m.Port >= 1 && m.Port <= 65535, "SMTP_PORT must lie between 1 and 65535")
	add(m.Retention >= time.Hour, "EMAIL_RETENTION must be at least 1h")
	add(m.Timeout > 0 && m.Timeout <= time.Minute, "SMTP_TIMEOUT must be over 0 and at most 1m")
	add(m.Backend != "smtp" || m.Host != "", "SMTP_HOST must be set for EMAIL_BACKEND=smtp")
	_, err := mail.ParseAddress(m.From)
	add((m.Backend != "smtp" && m.From == "") || err == nil, "SMTP_ADMIN_EMAIL must be an address like no-reply@example.com")
	add(m.SMSBackend != "http" || isHTTP(m.SMSURL), "SMS_HTTP_URL must be an http or https URL for SMS_BACKEND=http")
}
