package config

import (
	"strconv"
	"strings"
	"time"
)

// Auth is sign-up, sessions, passwords and token signing.
type Auth struct {
	JWTAlgorithm string `env:"JWT_ALGORITHM" envDefault:"ES256" doc:"signs new tokens: ES256, RS256 or EdDSA (which supabase-js does not verify by itself)"`
	JWTIssuer    string `env:"JWT_ISSUER" doc:"iss of tokens; default API_EXTERNAL_URL/auth/v1"`
	JWTAudience  string `env:"JWT_AUD" envDefault:"authenticated" doc:"aud of tokens"`
	JWTExp       int    `env:"JWT_EXP" envDefault:"3600" doc:"seconds an access token lives"`
	JWTSecret    Secret `env:"JWT_SECRET" doc:"legacy HS256 secret: tokens that it signed are accepted, none is made; those without a session hold until they expire"`

	URIAllowList []string `env:"URI_ALLOW_LIST" doc:"globs of redirect targets beside SITE_URL, comma-separated; * stops at . and /, ** does not"`

	GoogleEnabled  bool   `env:"EXTERNAL_GOOGLE_ENABLED" envDefault:"false" doc:"sign in with Google"`
	GoogleClientID string `env:"EXTERNAL_GOOGLE_CLIENT_ID" doc:"client ids at Google, comma-separated, the first is the web's"`
	GoogleSecret   Secret `env:"EXTERNAL_GOOGLE_SECRET" doc:"client secret at Google"`
	GoogleURL      string `env:"EXTERNAL_GOOGLE_URL" envDefault:"https://accounts.google.com" doc:"issuer of Google's tokens"`
	GitHubEnabled  bool   `env:"EXTERNAL_GITHUB_ENABLED" envDefault:"false" doc:"sign in with GitHub"`
	GitHubClientID string `env:"EXTERNAL_GITHUB_CLIENT_ID" doc:"client id at GitHub"`
	GitHubSecret   Secret `env:"EXTERNAL_GITHUB_SECRET" doc:"client secret at GitHub"`
	GitHubURL      string `env:"EXTERNAL_GITHUB_URL" envDefault:"https://github.com" doc:"GitHub, or an enterprise server"`
	Elsewhere      Elsewhere
	OIDCProviders  Secret `env:"EXTERNAL_OIDC_PROVIDERS" doc:"more OpenID providers: JSON list of {name, issuer, client_id, secret, scopes, email_optional, skip_nonce_check}"`

	ReuseInterval    int  `env:"SECURITY_REFRESH_TOKEN_REUSE_INTERVAL" envDefault:"10" doc:"seconds in which an older refresh token still answers the current one"`
	DisableSignup    bool `env:"DISABLE_SIGNUP" envDefault:"false" doc:"no new users"`
	Autoconfirm      bool `env:"MAILER_AUTOCONFIRM" envDefault:"true" doc:"sign-up needs no confirmed e-mail: quick to start with, but nobody proves an address; false sends the confirmation; in production the default is false, and where no mail leaves it must be set"`
	undecided        bool // production, no mail leaves, and nobody said what is to confirm
	EmailEnabled     bool `env:"EXTERNAL_EMAIL_ENABLED" envDefault:"true" doc:"e-mail and password"`
	PhoneEnabled     bool `env:"EXTERNAL_PHONE_ENABLED" envDefault:"false" doc:"phone and password, and codes by SMS"`
	PhoneAutoconfirm bool `env:"SMS_AUTOCONFIRM" envDefault:"false" doc:"sign-up needs no confirmed phone"`
	AnonymousEnabled bool `env:"EXTERNAL_ANONYMOUS_USERS_ENABLED" envDefault:"false" doc:"sign-up without e-mail makes an anonymous user"`

	SecureEmailChange bool     `env:"MAILER_SECURE_EMAIL_CHANGE_ENABLED" envDefault:"true" doc:"both addresses confirm a change of e-mail"`
	DirectLinks       bool     `env:"MAILER_DIRECT_LINKS" envDefault:"false" doc:"links of mails act when they are opened; off, they show a button first, because mail scanners open links"`
	OTPExp            int      `env:"MAILER_OTP_EXP" envDefault:"3600" doc:"seconds that links and codes of mails hold"`
	OTPLength         int      `env:"MAILER_OTP_LENGTH" envDefault:"6" doc:"digits of codes in mails, 6 to 10"`
	MailGap           int      `env:"SMTP_MAX_FREQUENCY" envDefault:"60" doc:"seconds between two mails of a kind to an address"`
	SMSOTPExp         int      `env:"SMS_OTP_EXP" envDefault:"60" doc:"seconds that codes of SMS hold"`
	SMSOTPLength      int      `env:"SMS_OTP_LENGTH" envDefault:"6" doc:"digits of codes in SMS, 6 to 10"`
	SMSGap            int      `env:"SMS_MAX_FREQUENCY" envDefault:"60" doc:"seconds between two SMS of a kind to a phone"`
	SMSTemplate       string   `env:"SMS_TEMPLATE" envDefault:"Your code is {{ .Code }}" doc:"text of an SMS"`
	SMSTestOTP        []string `env:"SMS_TEST_OTP" doc:"phone:code pairs, comma-separated: no SMS is sent to them, the code is that"`
	OTPAttempts       int      `env:"AUTH_OTP_ATTEMPTS" envDefault:"5" doc:"wrong codes after which a code is dead"`
	FlowExp           Seconds  `env:"EXTERNAL_FLOW_STATE_EXPIRY_DURATION" envDefault:"300s" doc:"how long OAuth flows and PKCE codes hold"`

	Reauthenticate  bool `env:"SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION" envDefault:"false" doc:"a new password needs a code of /reauthenticate when the session is older than a day"`
	CurrentPassword bool `env:"SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD" envDefault:"false" doc:"a new password needs the old one"`
	ManualLinking   bool `env:"SECURITY_MANUAL_LINKING_ENABLED" envDefault:"false" doc:"users may link and unlink identities"`

	SessionTimebox    Seconds `env:"SESSIONS_TIMEBOX" envDefault:"0s" doc:"longest a session lasts; 0 for no limit"`
	SessionInactivity Seconds `env:"SESSIONS_INACTIVITY_TIMEOUT" envDefault:"0s" doc:"longest a session lasts without a refresh; 0 for no limit"`
	SessionSingle     bool    `env:"SESSIONS_SINGLE_PER_USER" envDefault:"false" doc:"a sign-in ends the user's other sessions"`

	SessionMax int `env:"SESSIONS_MAX_PER_USER" envDefault:"0" doc:"sessions a user may have; one more ends the one used longest ago; 0 for no limit"`

	CookieEnabled  bool    `env:"AUTH_SESSION_COOKIE_ENABLED" envDefault:"true" doc:"sessions in cookies beside tokens: /auth/v1/cookie/*"`
	CookieName     string  `env:"AUTH_SESSION_COOKIE_NAME" envDefault:"howdah_session" doc:"name of the cookie; over https it gets the prefix __Host-"`
	CookieMaxAge   Seconds `env:"AUTH_SESSION_COOKIE_MAX_AGE" envDefault:"14400s" doc:"how long a cookie's session lasts"`
	CookieSameSite string  `env:"AUTH_SESSION_COOKIE_SAMESITE" envDefault:"lax" doc:"lax or strict"`

	CaptchaEnabled  bool   `env:"SECURITY_CAPTCHA_ENABLED" envDefault:"false" doc:"public flows need a captcha_token"`
	CaptchaProvider string `env:"SECURITY_CAPTCHA_PROVIDER" envDefault:"hcaptcha" doc:"hcaptcha or turnstile"`
	CaptchaSecret   Secret `env:"SECURITY_CAPTCHA_SECRET" doc:"secret of the CAPTCHA's site"`
	CaptchaURL      string `env:"SECURITY_CAPTCHA_URL" doc:"where tokens are verified; empty: the provider's own"`

	Hooks Hooks

	PasswordMinLength int    `env:"PASSWORD_MIN_LENGTH" envDefault:"8" doc:"characters a password needs"`
	PasswordRequired  string `env:"PASSWORD_REQUIRED_CHARACTERS" doc:"sets of characters a password needs one of each, separated by colons"`

	PasswordMinScore       int    `env:"PASSWORD_MIN_SCORE" envDefault:"1" doc:"zxcvbn score that a password needs, 0 to 4; 0 switches the estimate off"`
	PasswordHIBP           bool   `env:"PASSWORD_HIBP_ENABLED" envDefault:"false" doc:"refuse passwords that are known from breaches"`
	PasswordHIBPURL        string `env:"PASSWORD_HIBP_URL" envDefault:"https://api.pwnedpasswords.com/range/" doc:"where ranges of breached passwords are asked for"`
	PasswordHIBPDir        string `env:"PASSWORD_HIBP_DIR" doc:"folder of range files (ABCDE.txt) to ask in place of the URL"`
	PasswordHIBPFailClosed bool   `env:"PASSWORD_HIBP_FAIL_CLOSED" envDefault:"false" doc:"refuse passwords while breaches cannot be looked up"`

	Argon2MemoryKiB uint32 `env:"AUTH_ARGON2_MEMORY_KIB" envDefault:"19456" doc:"argon2id memory of one hash"`
	Argon2Time      uint32 `env:"AUTH_ARGON2_TIME" envDefault:"2" doc:"argon2id passes"`
	Argon2Threads   uint8  `env:"AUTH_ARGON2_THREADS" envDefault:"1" doc:"argon2id lanes"`
	HashConcurrency int    `env:"AUTH_HASH_CONCURRENCY" envDefault:"0" doc:"hashes at once; 0: one a core"`
	HashQueue       int    `env:"AUTH_HASH_QUEUE" envDefault:"256" doc:"hashes that may wait; more is 503"`

	RateLimitEnabled bool `env:"AUTH_RATE_LIMIT_ENABLED" envDefault:"true" doc:"the limits below, an IP and window each"`
	RateLimitWindow  int  `env:"AUTH_RATE_LIMIT_WINDOW_SECONDS" envDefault:"60" doc:"seconds of a window"`
	RateLimitToken   int  `env:"AUTH_RATE_LIMIT_TOKEN_PER_WINDOW" envDefault:"10" doc:"password sign-ins, an IP and an account each"`
	RateLimitRefresh int  `env:"AUTH_RATE_LIMIT_REFRESH_PER_WINDOW" envDefault:"150" doc:"refused refreshes an IP"`
	RateLimitSignup  int  `env:"AUTH_RATE_LIMIT_SIGNUP_PER_WINDOW" envDefault:"5" doc:"sign-ups an IP"`
	RateLimitRecover int  `env:"AUTH_RATE_LIMIT_RECOVER_PER_WINDOW" envDefault:"3" doc:"recovery mails an IP asks for"`
	RateLimitOTP     int  `env:"AUTH_RATE_LIMIT_OTP_PER_WINDOW" envDefault:"5" doc:"codes and magic links an IP asks for"`
	RateLimitMagic   int  `env:"AUTH_RATE_LIMIT_MAGICLINK_PER_WINDOW" envDefault:"5" doc:"magic links an IP asks for by /magiclink"`
	RateLimitVerify  int  `env:"AUTH_RATE_LIMIT_VERIFY_PER_WINDOW" envDefault:"30" doc:"codes and links an IP tries"`

	MailCap Rate `env:"RATE_LIMIT_EMAIL_SENT" envDefault:"1000" doc:"mails with links and codes that leave in an hour, for all users together; 30/10m for another span; 0 for no limit"`
	SMSCap  Rate `env:"RATE_LIMIT_SMS_SENT" envDefault:"100" doc:"the same for SMS"`

	LockoutThreshold int     `env:"AUTH_LOCKOUT_THRESHOLD" envDefault:"5" doc:"failed sign-ins of an account from a network that lock it there; 0 for never"`
	LockoutWindow    Seconds `env:"AUTH_LOCKOUT_WINDOW" envDefault:"15m" doc:"time without a failure after which an account has cooled down"`
	LockoutBase      Seconds `env:"AUTH_LOCKOUT_BASE" envDefault:"30s" doc:"the first lock; each that follows is twice as long"`
	LockoutCap       Seconds `env:"AUTH_LOCKOUT_CAP" envDefault:"1h" doc:"the longest lock"`

	MFA     MFA
	Notices Notices
}

// Seconds is a duration that sql/auth reads as seconds.
type Seconds time.Duration

// UnmarshalText reads 90s, 15m, and a bare number as seconds.
func (s *Seconds) UnmarshalText(text []byte) error {
	if n, err := strconv.Atoi(string(text)); err == nil {
		*s = Seconds(time.Duration(n) * time.Second)
		return nil
	}
	d, err := time.ParseDuration(string(text))
	*s = Seconds(d)
	return err
}

// String is as time.Duration's.
func (s Seconds) String() string { return time.Duration(s).String() }

// MarshalJSON is the number of seconds; null for none.
func (s Seconds) MarshalJSON() ([]byte, error) {
	if s == 0 {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', -1, 64), nil
}

func (a *Auth) mistakes(add func(ok bool, format string, args ...any)) {
	a.MFA.mistakes(add)
	a.Hooks.mistakes(add)
	switch a.JWTAlgorithm {
	case "ES256", "RS256", "EdDSA":
	default:
		add(false, "JWT_ALGORITHM must be one of ES256, RS256, EdDSA")
	}
	add(a.JWTExp >= 30 && a.JWTExp <= 604800, "JWT_EXP must lie between 30 and 604800 seconds")
	add(a.JWTAudience != "", "JWT_AUD must not be empty")
	add(a.JWTSecret == "" || len(a.JWTSecret) >= 32, "JWT_SECRET must have 32 characters or more (RFC 7518)")
	add(a.ReuseInterval >= 0, "SECURITY_REFRESH_TOKEN_REUSE_INTERVAL must not be negative")
	add(a.PasswordMinLength >= 6 && a.PasswordMinLength <= 128, "PASSWORD_MIN_LENGTH must lie between 6 and 128")
	add(a.Argon2MemoryKiB >= 7168 && a.Argon2MemoryKiB <= 1<<20, "AUTH_ARGON2_MEMORY_KIB must lie between 7168 and 1048576")
	add(a.Argon2Time >= 1 && a.Argon2Time <= 20, "AUTH_ARGON2_TIME must lie between 1 and 20")
	add(a.Argon2Threads >= 1, "AUTH_ARGON2_THREADS must be at least 1")
	add(a.HashConcurrency >= 0 && a.HashQueue >= 0, "AUTH_HASH_CONCURRENCY and AUTH_HASH_QUEUE must not be negative")
	add(a.RateLimitWindow >= 1, "AUTH_RATE_LIMIT_WINDOW_SECONDS must be at least 1")
	add(a.RateLimitToken >= 1 && a.RateLimitRefresh >= 1 && a.RateLimitSignup >= 1, "AUTH_RATE_LIMIT_*_PER_WINDOW must be at least 1 (AUTH_RATE_LIMIT_ENABLED=false switches limits off)")
	add(a.RateLimitRecover >= 1 && a.RateLimitOTP >= 1 && a.RateLimitMagic >= 1 && a.RateLimitVerify >= 1, "AUTH_RATE_LIMIT_{RECOVER,OTP,MAGICLINK,VERIFY}_PER_WINDOW must be at least 1")
	add(a.OTPLength >= 6 && a.OTPLength <= 10 && a.SMSOTPLength >= 6 && a.SMSOTPLength <= 10, "MAILER_OTP_LENGTH and SMS_OTP_LENGTH must lie between 6 and 10")
	add(a.OTPExp >= 30 && a.OTPExp <= 86400 && a.SMSOTPExp >= 10 && a.SMSOTPExp <= 86400, "MAILER_OTP_EXP and SMS_OTP_EXP must be seconds of at most a day")
	add(a.MailGap >= 0 && a.SMSGap >= 0, "SMTP_MAX_FREQUENCY and SMS_MAX_FREQUENCY must not be negative")
	add(a.OTPAttempts >= 1 && a.OTPAttempts <= 20, "AUTH_OTP_ATTEMPTS must lie between 1 and 20")
	add(a.FlowExp >= Seconds(30*time.Second) && a.FlowExp <= Seconds(time.Hour), "EXTERNAL_FLOW_STATE_EXPIRY_DURATION must lie between 30s and 1h")
	add(a.SessionTimebox >= 0 && a.SessionInactivity >= 0, "SESSIONS_TIMEBOX and SESSIONS_INACTIVITY_TIMEOUT must not be negative")
	add(a.SessionMax >= 0, "SESSIONS_MAX_PER_USER must not be negative")
	add(a.PasswordMinScore >= 0 && a.PasswordMinScore <= 4, "PASSWORD_MIN_SCORE must lie between 0 and 4")
	add(a.CaptchaProvider == "hcaptcha" || a.CaptchaProvider == "turnstile", "SECURITY_CAPTCHA_PROVIDER must be hcaptcha or turnstile")
	add(!a.CaptchaEnabled || a.CaptchaSecret != "", "SECURITY_CAPTCHA_SECRET must be set where SECURITY_CAPTCHA_ENABLED is")
	add(a.LockoutThreshold >= 0 && a.LockoutWindow > 0 && a.LockoutBase > 0 && a.LockoutCap >= a.LockoutBase, "AUTH_LOCKOUT_* must be positive, and the cap no less than the base")
	for _, pair := range a.SMSTestOTP {
		phone, code, ok := strings.Cut(pair, ":")
		add(ok && phone != "" && code != "", "SMS_TEST_OTP must be phone:code pairs")
	}
	add(a.CookieSameSite == "lax" || a.CookieSameSite == "strict", "AUTH_SESSION_COOKIE_SAMESITE must be lax or strict")
	add(a.CookieName != "" && a.CookieMaxAge >= Seconds(time.Minute), "AUTH_SESSION_COOKIE_NAME must not be empty, and AUTH_SESSION_COOKIE_MAX_AGE a minute or more")
	_, err := a.Providers()
	add(err == nil, "EXTERNAL_*: %v", err)
}
