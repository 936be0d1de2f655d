package config

// Auth is sign-up, sessions, passwords and token signing.
type Auth struct {
	JWTAlgorithm string `env:"JWT_ALGORITHM" envDefault:"ES256" doc:"signs new tokens: ES256, RS256 or EdDSA (which supabase-js does not verify by itself)"`
	JWTIssuer    string `env:"JWT_ISSUER" doc:"iss of tokens; default API_EXTERNAL_URL/auth/v1"`
	JWTAudience  string `env:"JWT_AUD" envDefault:"authenticated" doc:"aud of tokens"`
	JWTExp       int    `env:"JWT_EXP" envDefault:"3600" doc:"seconds an access token lives"`
	JWTSecret    Secret `env:"JWT_SECRET" doc:"legacy HS256 secret: tokens that it signed are accepted, none is made"`

	ReuseInterval    int  `env:"SECURITY_REFRESH_TOKEN_REUSE_INTERVAL" envDefault:"10" doc:"seconds in which an older refresh token still answers the current one"`
	DisableSignup    bool `env:"DISABLE_SIGNUP" envDefault:"false" doc:"no new users"`
	Autoconfirm      bool `env:"MAILER_AUTOCONFIRM" envDefault:"true" doc:"sign-up needs no confirmed e-mail (there is no mail yet)"`
	EmailEnabled     bool `env:"EXTERNAL_EMAIL_ENABLED" envDefault:"true" doc:"e-mail and password"`
	AnonymousEnabled bool `env:"EXTERNAL_ANONYMOUS_USERS_ENABLED" envDefault:"false" doc:"sign-up without e-mail makes an anonymous user"`

	PasswordMinLength int    `env:"PASSWORD_MIN_LENGTH" envDefault:"8" doc:"characters a password needs"`
	PasswordRequired  string `env:"PASSWORD_REQUIRED_CHARACTERS" doc:"sets of characters a password needs one of each, separated by colons"`

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

	MFA MFA
}

func (a *Auth) mistakes(add func(ok bool, format string, args ...any)) {
	a.MFA.mistakes(add)
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
}
