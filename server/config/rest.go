package config

// Rest is the data API.
type Rest struct {
	Schemas  []string `env:"PGRST_DB_SCHEMAS" envDefault:"public" doc:"exposed schemas, the first is the default"`
	AnonRole string   `env:"PGRST_DB_ANON_ROLE" envDefault:"anon" doc:"role of requests without a token; empty refuses them"`
}
