package config

// Auth is sign-up, sessions, passwords and token signing.
type Auth struct {
	JWTAlgorithm string `env:"JWT_ALGORITHM" envDefault:"ES256" doc:"signs new tokens: ES256, RS256 or EdDSA"`
	JWTIssuer    string `env:"JWT_ISSUER" doc:"iss of tokens; default API_EXTERNAL_URL/auth/v1"`
	JWTAudience  string `env:"JWT_AUD" envDefault:"authenticated" doc:"aud of tokens"`
	JWTExp       int    `env:"JWT_EXP" envDefault:"3600" doc:"seconds an access token lives"`
}
