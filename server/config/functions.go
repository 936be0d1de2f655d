package config

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Functions is /functions/v1.
type Functions struct {
	Timeout       time.Duration `env:"FUNCTIONS_TIMEOUT" envDefault:"30s" doc:"longest that a JavaScript function may take; more is 504"`
	MemoryMiB     int           `env:"FUNCTIONS_MEMORY_MIB" envDefault:"128" doc:"memory by which a running JavaScript function may grow the process before it is ended"`
	Concurrency   int           `env:"FUNCTIONS_CONCURRENCY" envDefault:"0" doc:"JavaScript functions that run at once; 0: four a core; more wait, then 503"`
	Env           []string      `env:"FUNCTIONS_ENV" doc:"variables that JavaScript functions may read, comma-separated; those that begin with FUNCTION_ they always may"`
	AllowNetworks []string      `env:"FUNCTIONS_ALLOW_NETWORKS" doc:"private networks that fetch in JavaScript functions may reach, as CIDRs; empty: public addresses alone"`

	vars map[string]string
}

// Variables is what JavaScript functions find in env.
func (f *Functions) Variables() map[string]string { return f.vars }

// visible picks what functions may read out of all variables.
func (f *Functions) visible(vars map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range vars {
		if strings.HasPrefix(name, "FUNCTION_") || slices.Contains(f.Env, name) {
			out[name] = value
		}
	}
	return out
}

func (f *Functions) mistakes(add func(ok bool, format string, args ...any)) {
	add(f.Timeout > 0, "FUNCTIONS_TIMEOUT must be over 0")
	add(f.MemoryMiB >= 16, "FUNCTIONS_MEMORY_MIB must be at least 16")
	add(f.Concurrency >= 0, "FUNCTIONS_CONCURRENCY must not be negative")
	for _, cidr := range f.AllowNetworks {
		_, err := netip.ParsePrefix(cidr)
		add(err == nil, "FUNCTIONS_ALLOW_NETWORKS: %q is no network like 10.0.0.0/8", cidr)
	}
}
