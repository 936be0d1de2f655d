package config

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Rest is the data API. Names are PostgREST's, so that its deployments move by changing the binary.
type Rest struct {
	Schemas         []string      `env:"PGRST_DB_SCHEMAS" envDefault:"public" doc:"exposed schemas, the first is the default"`
	AnonRole        string        `env:"PGRST_DB_ANON_ROLE" envDefault:"anon" doc:"role of requests without a token; empty refuses them"`
	ExtraSearchPath []string      `env:"PGRST_DB_EXTRA_SEARCH_PATH" envDefault:"public,extensions" doc:"schemas that follow the exposed one in search_path"`
	MaxRows         int64         `env:"PGRST_DB_MAX_ROWS" envDefault:"0" doc:"most rows that a read answers; 0 for no limit"`
	PreRequest      string        `env:"PGRST_DB_PRE_REQUEST" doc:"function that runs before each request, as the caller"`
	TxEnd           string        `env:"PGRST_DB_TX_END" envDefault:"commit" doc:"commit, commit-allow-override, rollback or rollback-allow-override"`
	Aggregates      bool          `env:"PGRST_DB_AGGREGATES_ENABLED" envDefault:"false" doc:"allow aggregates in select"`
	Plan            bool          `env:"PGRST_DB_PLAN_ENABLED" envDefault:"false" doc:"answer application/vnd.pgrst.plan; shows plans, for development"`
	HoistedSettings []string      `env:"PGRST_DB_HOISTED_TX_SETTINGS" envDefault:"statement_timeout,plan_filter.statement_cost_limit,default_transaction_isolation" doc:"settings of a called function that apply to its transaction"`
	RootSpec        string        `env:"PGRST_DB_ROOT_SPEC" doc:"function that answers / in place of the OpenAPI document"`
	OpenAPIMode     string        `env:"PGRST_OPENAPI_MODE" envDefault:"follow-privileges" doc:"follow-privileges, ignore-privileges or disabled"`
	OpenAPISecurity bool          `env:"PGRST_OPENAPI_SECURITY_ACTIVE" envDefault:"false" doc:"describe the JWT in the OpenAPI document"`
	OpenAPIProxy    string        `env:"PGRST_OPENAPI_SERVER_PROXY_URI" doc:"public base URL in the OpenAPI document"`
	ServerTiming    bool          `env:"PGRST_SERVER_TIMING_ENABLED" envDefault:"false" doc:"send Server-Timing"`
	LegacyTargets   bool          `env:"PGRST_URL_USE_LEGACY_TARGET_NAMES" envDefault:"true" doc:"an embed with an alias also goes by its table's name in filters"`
	AppSettings     []string      `env:"PGRST_APP_SETTINGS" doc:"app.settings.* as name=value, comma-separated; PGRST_APP_SETTINGS_<NAME> too"`
	JWTSecret       Secret        `env:"PGRST_JWT_SECRET" doc:"verifies tokens where Howdah's own auth does not run: a secret, a JWK or a JWKS"`
	JWTSecretBase64 bool          `env:"PGRST_JWT_SECRET_IS_BASE64" envDefault:"false" doc:"PGRST_JWT_SECRET is base64"`
	JWTAudience     string        `env:"PGRST_JWT_AUD" doc:"audience that tokens verified by PGRST_JWT_SECRET must have, if they have one"`
	JWTRoleClaim    string        `env:"PGRST_JWT_ROLE_CLAIM_KEY" envDefault:".role" doc:"where the role is in the claims, as .path.to.it"`
	CORSOrigins     []string      `env:"PGRST_SERVER_CORS_ALLOWED_ORIGINS" doc:"origins whose browsers may call /rest/v1, * for any; empty: CORS_ALLOW_ORIGINS decides"`
	ErrorVerbosity  string        `env:"PGRST_CLIENT_ERROR_VERBOSITY" envDefault:"verbose" doc:"verbose, or minimal: errors without details and hint"`
	TraceHeader     string        `env:"PGRST_SERVER_TRACE_HEADER" doc:"request header that responses repeat"`
	Prepared        string        `env:"PGRST_DB_PREPARED_STATEMENTS" envDefault:"true" doc:"false sends statements unnamed, for poolers that mix sessions"`
	StatementCache  int           `env:"REST_STATEMENT_CACHE" envDefault:"2000" doc:"compiled statements kept"`
	BatchMax        int           `env:"REST_BATCH_MAX" envDefault:"100" doc:"most requests in a POST to /batch; 0 leaves that path to a table, as --only rest does by default"`
	CacheTTL        time.Duration `env:"REST_CACHE_TTL" envDefault:"0" doc:"compile again after this time; 0 trusts the DDL event trigger"`
}

// gather takes each PGRST_APP_SETTINGS_<NAME> as app.settings.<name>.
func (c *Rest) gather(vars map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if setting, ok := strings.CutPrefix(name, "PGRST_APP_SETTINGS_"); ok && setting != "" {
			c.AppSettings = append(c.AppSettings, strings.ToLower(setting)+"="+vars[name])
		}
	}
}

// Unprepared says whether statements go unnamed.
func (c *Rest) Unprepared() bool { return c.Prepared == "false" }

// TxAllowOverride says whether Prefer: tx is heard.
func (c *Rest) TxAllowOverride() bool {
	return c.TxEnd == "commit-allow-override" || c.TxEnd == "rollback-allow-override"
}

// TxRollback says whether transactions roll back unless told otherwise.
func (c *Rest) TxRollback() bool {
	return c.TxEnd == "rollback" || c.TxEnd == "rollback-allow-override"
}
