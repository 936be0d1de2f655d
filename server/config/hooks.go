package config

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// Hooks are functions and addresses of the user that auth calls.
type Hooks struct {
	CustomAccessToken        bool   `env:"HOOK_CUSTOM_ACCESS_TOKEN_ENABLED" envDefault:"false" doc:"ask a hook for the claims of every access token"`
	CustomAccessTokenURI     string `env:"HOOK_CUSTOM_ACCESS_TOKEN_URI" doc:"pg-functions://postgres/schema/function, or an https URL (http on this machine)"`
	CustomAccessTokenSecrets Secret `env:"HOOK_CUSTOM_ACCESS_TOKEN_SECRETS" doc:"what requests to the URL are signed with: v1,whsec_<base64>, several with |"`
	PasswordAttempt          bool   `env:"HOOK_PASSWORD_VERIFICATION_ATTEMPT_ENABLED" envDefault:"false" doc:"ask a hook at each password of a known user, right or wrong"`
	PasswordAttemptURI       string `env:"HOOK_PASSWORD_VERIFICATION_ATTEMPT_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	PasswordAttemptSecrets   Secret `env:"HOOK_PASSWORD_VERIFICATION_ATTEMPT_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
	MFAAttempt               bool   `env:"HOOK_MFA_VERIFICATION_ATTEMPT_ENABLED" envDefault:"false" doc:"ask a hook at each attempt at a second factor"`
	MFAAttemptURI            string `env:"HOOK_MFA_VERIFICATION_ATTEMPT_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	MFAAttemptSecrets        Secret `env:"HOOK_MFA_VERIFICATION_ATTEMPT_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
	BeforeUserCreated        bool   `env:"HOOK_BEFORE_USER_CREATED_ENABLED" envDefault:"false" doc:"ask a hook before a user is made"`
	BeforeUserCreatedURI     string `env:"HOOK_BEFORE_USER_CREATED_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	BeforeUserCreatedSecrets Secret `env:"HOOK_BEFORE_USER_CREATED_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
	AfterUserCreated         bool   `env:"HOOK_AFTER_USER_CREATED_ENABLED" envDefault:"false" doc:"tell a hook of each new user, by a job after the commit"`
	AfterUserCreatedURI      string `env:"HOOK_AFTER_USER_CREATED_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	AfterUserCreatedSecrets  Secret `env:"HOOK_AFTER_USER_CREATED_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
	SendEmail                bool   `env:"HOOK_SEND_EMAIL_ENABLED" envDefault:"false" doc:"a hook sends auth's mail: the URI's, or functions registered for send_email, which get codes in the clear"`
	SendEmailURI             string `env:"HOOK_SEND_EMAIL_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	SendEmailSecrets         Secret `env:"HOOK_SEND_EMAIL_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
	SendSMS                  bool   `env:"HOOK_SEND_SMS_ENABLED" envDefault:"false" doc:"a hook sends auth's text messages: the URI's, or functions registered for send_sms, which get codes in the clear"`
	SendSMSURI               string `env:"HOOK_SEND_SMS_URI" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_URI"`
	SendSMSSecrets           Secret `env:"HOOK_SEND_SMS_SECRETS" doc:"as HOOK_CUSTOM_ACCESS_TOKEN_SECRETS"`
}

// Hook is one of them that is switched on.
type Hook struct {
	Event    string
	URL      string   // of an HTTP hook
	Keys     [][]byte // that its requests are signed with
	Function string   // schema.function of a hook in the database
}

// raw is a hook as it was configured.
type raw struct {
	enabled    bool
	event, uri string
	secrets    Secret
}

func (h *Hooks) raw() []raw {
	return []raw{
		{h.CustomAccessToken, "custom_access_token", h.CustomAccessTokenURI, h.CustomAccessTokenSecrets},
		{h.PasswordAttempt, "password_verification_attempt", h.PasswordAttemptURI, h.PasswordAttemptSecrets},
		{h.MFAAttempt, "mfa_verification_attempt", h.MFAAttemptURI, h.MFAAttemptSecrets},
		{h.BeforeUserCreated, "before_user_created", h.BeforeUserCreatedURI, h.BeforeUserCreatedSecrets},
		{h.AfterUserCreated, "after_user_created", h.AfterUserCreatedURI, h.AfterUserCreatedSecrets},
		{h.SendEmail, "send_email", h.SendEmailURI, h.SendEmailSecrets},
		{h.SendSMS, "send_sms", h.SendSMSURI, h.SendSMSSecrets},
	}
}

// Over says whether an event's hook is called over HTTP.
func (h *Hooks) Over(event string) bool {
	for _, hook := range h.List() {
		if hook.Event == event {
			return hook.URL != ""
		}
	}
	return false
}

// List are the hooks that are on and have a URI.
func (h *Hooks) List() []Hook {
	var out []Hook
	for _, r := range h.raw() {
		if hook, wrong := r.read(); r.enabled && wrong == "" && r.uri != "" {
			out = append(out, hook)
		}
	}
	return out
}

var hookPath = regexp.MustCompile(`^/([a-zA-Z_][a-zA-Z0-9_]{0,62})/([a-zA-Z_][a-zA-Z0-9_]{0,62})$`)

// read is the hook, or what is wrong with it.
func (r raw) read() (hook Hook, wrong string) {
	hook.Event = r.event
	u, err := url.Parse(r.uri)
	switch {
	case r.uri == "":
		if r.enabled && r.event != "send_email" && r.event != "send_sms" { // those two also switch codes in the clear on, for registered functions
			return hook, "_URI must be set where _ENABLED is: pg-functions://postgres/schema/function, or an https URL"
		}
		return hook, ""
	case err != nil || u.User != nil || u.Fragment != "":
		return hook, "_URI must be a URL without user, password and fragment"
	case u.Scheme == "pg-functions":
		name := hookPath.FindStringSubmatch(u.Path)
		if name == nil {
			return hook, "_URI must be like pg-functions://postgres/schema/function"
		}
		hook.Function = name[1] + "." + name[2]
		return hook, ""
	case u.Scheme == "http" && !local(u.Hostname()):
		return hook, "_URI must begin with https://: http is for localhost, 127.0.0.1 and [::1] alone"
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return hook, "_URI must begin with https:// or pg-functions://"
	}
	hook.URL = r.uri
	hook.Keys, wrong = keys(r.secrets.Reveal())
	return hook, wrong
}

// keys reads secrets, v1,whsec_<base64>, and answers what is wrong without repeating them.
func keys(secrets string) (out [][]byte, wrong string) {
	for _, secret := range strings.Split(secrets, "|") {
		if secret == "" {
			continue
		}
		text, ok := strings.CutPrefix(secret, "v1,whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, "_SECRETS must be v1,whsec_ and the base64 of 24 to 64 bytes, several with | between them: try openssl rand -base64 32"
		}
		out = append(out, key)
	}
	if out == nil {
		return nil, "_SECRETS must be set for an HTTP hook, or its receiver could not tell our requests from anybody's: v1,whsec_ and openssl rand -base64 32"
	}
	return out, ""
}

func (h *Hooks) mistakes(add func(ok bool, format string, args ...any)) {
	for _, r := range h.raw() {
		_, wrong := r.read()
		name := "HOOK_" + strings.ToUpper(r.event)
		add(wrong == "", "%s%s", name, strings.ReplaceAll(wrong, "where _ENABLED", "where "+name+"_ENABLED"))
	}
}
