package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// fault is a setting that production refuses, or, where it is no danger by
// itself, warns of. Its text begins with the variable and ends with what to set.
type fault struct {
	when bool
	text string
}

func faulty(list []fault) []string {
	var out []string
	for _, f := range list {
		if f.when {
			out = append(out, f.text)
		}
	}
	return out
}

// unsafe is what development forgives and production must not: the server does
// not start, and names all of it at once.
func (c *Config) unsafe() []string {
	out := faulty(slices.Concat(c.unsafeServer(), c.unsafeDatabase(), c.unsafeAuth(), c.unsafeReach()))
	return append(out, c.WeakSecrets()...)
}

func (c *Config) unsafeServer() []fault {
	s, whole := c.Server, c.PostgREST.URI == ""
	return []fault{
		{s.ExternalURL == "", "API_EXTERNAL_URL must be set in production: it is the issuer of every token"},
		{whole && strings.HasPrefix(s.ExternalURL, "http:"), "API_EXTERNAL_URL must begin with https:// in production: cookies are Secure there, and tokens must not be read on the way"},
		{slices.Contains(s.CORSOrigins, "*"), "CORS_ALLOW_ORIGINS must not be * in production: name the origins"},
		{whole && slices.Contains(c.Rest.CORSOrigins, "*"), "PGRST_SERVER_CORS_ALLOWED_ORIGINS must not be * in production beside sessions in cookies: name the origins"},
		{slices.ContainsFunc(s.TrustedProxies, everywhere), "TRUSTED_PROXIES must not hold every address in production: anybody could choose the address that limits count by"},
		{c.Project == "demo", "HOWDAH_PROJECT must not be demo in production: name your project's folder"},
		{c.Rest.Plan, "PGRST_DB_PLAN_ENABLED must not be true in production: plans tell of tables and rows"},
		{whole && c.Rest.OpenAPIMode == "ignore-privileges", "PGRST_OPENAPI_MODE must not be ignore-privileges in production: it lists what the caller may not use; set follow-privileges or disabled"},
		{strings.HasSuffix(c.Rest.TxEnd, "allow-override") || c.Rest.TxEnd == "rollback", "PGRST_DB_TX_END must be commit in production: tests alone roll back"},
	}
}

func (c *Config) unsafeDatabase() []fault {
	d := c.DB
	owner, _ := url.Parse(d.URL.Reveal())
	var password string
	if owner != nil {
		password, _ = owner.User.Password()
	}
	login := d.AuthenticatorPassword.Reveal()
	return []fault{
		{d.URL == "", "DATABASE_URL must be set in production: the private cluster is for development"},
		{password != "" && weak(password, 12), "DATABASE_URL has a password that is short or known to everybody: alter role … password, try howdah env gen-secret"},
		{login == "" && d.PasswordFile == "" && c.PostgREST.URI == "", "AUTHENTICATOR_PASSWORD or AUTHENTICATOR_PASSWORD_FILE must be set in production, the same for every node: try howdah env gen-secret"},
		{login != "" && weak(login, 16), "AUTHENTICATOR_PASSWORD must have 16 characters or more in production, and not be one known to everybody: try howdah env gen-secret"},
		{login != "" && login == password, "AUTHENTICATOR_PASSWORD must not be the owner's of DATABASE_URL: the server could do all that the owner can"},
		{d.Volatile, "POSTGRES_VOLATILE must not be true in production: a crash would lose the database"},
	}
}

func (c *Config) unsafeAuth() []fault {
	a, m := c.Auth, c.Mail
	return []fault{
		{!a.RateLimitEnabled, "AUTH_RATE_LIMIT_ENABLED must not be false in production"},
		{c.PostgREST.URI == "" && a.EmailEnabled && a.undecided, "MAILER_AUTOCONFIRM must be set in production where no mail leaves: true takes any address unproved, false lets nobody in by e-mail until EMAIL_BACKEND=smtp or HOOK_SEND_EMAIL_URI confirms it"},
		{len(a.SMSTestOTP) > 0, "SMS_TEST_OTP must be empty in production: its codes are fixed"},
		{a.PhoneEnabled && m.SMSBackend == "console" && !a.Hooks.SendSMS, "SMS_BACKEND must be http in production where EXTERNAL_PHONE_ENABLED is true: console sends nothing"},
		{c.PostgREST.URI == "" && (m.Backend == "console" || m.Backend == "inbox") && !a.Hooks.SendEmail, "EMAIL_BACKEND must not be " + m.Backend + " in production, where nobody reads it: set smtp with SMTP_HOST and SMTP_ADMIN_EMAIL, or none where no mail is to leave"},
		{m.Backend == "smtp" && m.TLS == "none" && !local(m.Host), "SMTP_TLS must not be none in production for a mail server elsewhere: set auto"},
		{slices.ContainsFunc(a.URIAllowList, anywhere), "URI_ALLOW_LIST must not allow every address in production: a mail's link would carry the session anywhere; name the hosts"},
		{a.CaptchaEnabled && testCaptcha(a.CaptchaSecret.Reveal()), "SECURITY_CAPTCHA_SECRET is the provider's for tests, which passes everything: set your site's"},
		{slices.ContainsFunc(c.providers(), func(p Provider) bool { return strings.HasPrefix(p.Issuer, "http:") }), "EXTERNAL_* must name issuers by https:// in production"},
		{a.Argon2MemoryKiB < 19456 && a.Argon2Time < 3, "AUTH_ARGON2_MEMORY_KIB must be 19456 or more in production, or AUTH_ARGON2_TIME 3: passwords would be cheap to guess from a stolen database"},
	}
}

func (c *Config) unsafeReach() []fault {
	return []fault{
		{slices.ContainsFunc(c.Outbound.Allow, everywhere), "OUTBOUND_ALLOW must not hold every address in production: webhooks could reach the machine and its cloud's metadata"},
		{slices.ContainsFunc(c.Functions.AllowNetworks, everywhere), "FUNCTIONS_ALLOW_NETWORKS must not hold every address in production: name the networks that fetch needs"},
	}
}

// WeakSecrets judges what signs or opens something, by the same rules.
func (c *Config) WeakSecrets() []string {
	var out []string
	judge := func(name, secret string, length int) {
		if secret != "" && weak(secret, length) {
			out = append(out, fmt.Sprintf("%s must have %d characters or more in production, and not be one known to everybody: try howdah env gen-secret", name, length))
		}
	}
	judge("JWT_SECRET", c.Auth.JWTSecret.Reveal(), 32)
	if text := strings.TrimSpace(c.Rest.JWTSecret.Reveal()); !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") { // no JWK
		judge("PGRST_JWT_SECRET", text, 32)
	}
	for _, secret := range strings.Split(c.Storage.URLKeys.Reveal(), ",") {
		if len(secret) >= 32 { // shorter ones are refused everywhere
			judge("STORAGE_URL_KEYS", secret, 32)
		}
	}
	judge("STORAGE_S3_SECRET_ACCESS_KEY", c.Storage.S3SecretKey.Reveal(), 16)
	judge("HOWDAH_ADMIN_PASSWORD", c.Admin.Password.Reveal(), 12)
	judge("SMTP_PASSWORD", c.Mail.Password.Reveal(), 8)
	return out
}

// Warnings is what production should rather not have, and starts with.
func (c *Config) Warnings() []string {
	a := c.Auth
	return faulty([]fault{
		{c.Server.LogLevel == "debug", "LOG_LEVEL=debug tells much: set info"},
		{c.Platform != "", "HOWDAH_PLATFORM replaces the tested sql/ of the binary: unset it"},
		{c.Mail.Backend == "none", "EMAIL_BACKEND is none: no mail leaves"},
		{a.Autoconfirm && a.EmailEnabled, "MAILER_AUTOCONFIRM=true lets anybody sign up with any address: set false once mail leaves"},
		{a.PhoneEnabled && a.PhoneAutoconfirm, "SMS_AUTOCONFIRM=true lets anybody sign up with any number: set false"},
		{a.LockoutThreshold == 0, "AUTH_LOCKOUT_THRESHOLD=0 lets passwords be guessed slowly for ever: set 5"},
		{a.PasswordMinLength < 8 || a.PasswordMinScore == 0, "PASSWORD_MIN_LENGTH below 8 or PASSWORD_MIN_SCORE=0 takes passwords that are guessed first: set 8 and 1"},
		{a.JWTExp > int((24 * time.Hour).Seconds()), "JWT_EXP is over a day: other services honour a token for so long after its session has ended"},
		{a.CookieEnabled && time.Duration(a.CookieMaxAge) > 30*24*time.Hour, "AUTH_SESSION_COOKIE_MAX_AGE is over a month: set AUTH_SESSION_COOKIE_MAX_AGE=720h or less"},
		{c.OAuth.Dynamic, "OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION=true lets anybody register a client: watch the consent page"},
		{slices.ContainsFunc(c.Server.CORSOrigins, plainOrigin), "CORS_ALLOW_ORIGINS names an origin by http://: its pages can be altered on the way"},
		{strings.HasPrefix(c.Server.SiteURL, "http:"), "SITE_URL begins with http://: links in mails carry tokens there"},
		{strings.HasPrefix(c.Storage.S3Endpoint, "http:") && !local(c.Storage.S3Endpoint), "STORAGE_S3_ENDPOINT begins with http://: files can be read on the way"},
		{c.Realtime.Bus == "nats" && !strings.Contains(c.Realtime.NATSURL.Reveal(), "@"), "REALTIME_NATS_URL has no credentials: whoever reaches NATS reads and sends messages"},
	})
}

// known are secrets that stand in documents, and words that begin what people
// put until later.
var known = []string{
	"super-secret-jwt-token-with-at-least-32-characters-long", "your-super-secret-and-long-postgres-password", "reallyreallyreallyreallyverysafe",
	"minioadmin", "postgres", "password", "passw0rd", "secret", "changeme", "change-me", "change_me", "howdah", "admin", "root", "letmein", "qwerty",
	"123456", "12345678", "1234567890", "example", "default", "test", "testing", "development", "insecure", "placeholder", "replace-me", "todo",
}

// weak says whether a secret can be guessed: too short, from a document, a word
// with an end, or few characters again and again.
func weak(secret string, length int) bool {
	lower := strings.ToLower(secret)
	core := strings.Trim(lower, "0123456789!-_.#$")
	return len(secret) < length || slices.Contains(known, lower) || slices.Contains(known, core) ||
		strings.Contains(lower, "changeme") || strings.Contains(lower, "change-me") || strings.Contains(lower, "your-") || varied(secret) < 8
}

func varied(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

func everywhere(cidr string) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && p.Bits() == 0
}

// anywhere says whether a glob of redirect targets matches any host.
func anywhere(glob string) bool {
	_, rest, ok := strings.Cut(glob, "://")
	if !ok {
		rest = glob
	}
	host, _, _ := strings.Cut(rest, "/")
	return host == "*" || strings.HasPrefix(host, "**")
}

func plainOrigin(origin string) bool { return strings.HasPrefix(origin, "http:") && !local(origin) }

// local says whether a host, or a URL's, is this machine.
func local(address string) bool {
	host := address
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		host = u.Hostname()
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// testCaptcha says whether a secret is one that providers publish for tests.
func testCaptcha(secret string) bool {
	return strings.Trim(secret, "0x") == "" || strings.HasPrefix(secret, "1x000") || strings.HasPrefix(secret, "2x000") || strings.HasPrefix(secret, "3x000")
}

func (c *Config) providers() []Provider {
	list, err := c.Auth.Providers()
	if err != nil {
		return nil // named as a mistake of its own
	}
	return list
}
