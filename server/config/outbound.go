package config

import (
	"net/netip"
	"time"
)

// Outbound is HTTP that leaves: net.http_*, webhooks, text messages.
type Outbound struct {
	Allow           []string      `env:"OUTBOUND_ALLOW" doc:"networks (CIDR) that outbound HTTP may reach although they are private, loopback or reserved, such as 127.0.0.0/8; empty: none"`
	ResponseLimit   int64         `env:"OUTBOUND_RESPONSE_LIMIT_BYTES" envDefault:"1048576" doc:"bytes of a response that are kept; the rest is not read"`
	MaxRedirects    int           `env:"OUTBOUND_MAX_REDIRECTS" envDefault:"5" doc:"redirects that an outbound request follows; webhooks follow none"`
	HostConcurrency int           `env:"OUTBOUND_HOST_CONCURRENCY" envDefault:"3" doc:"requests under way to one host, for each worker: fewer than JOBS_CONCURRENCY, or a slow host takes all hands"`
	BreakerFailures int           `env:"OUTBOUND_BREAKER_FAILURES" envDefault:"10" doc:"failures in a row after which a host is left alone for OUTBOUND_BREAKER_PAUSE"`
	BreakerPause    time.Duration `env:"OUTBOUND_BREAKER_PAUSE" envDefault:"30s" doc:"how long a failing host is left alone"`
	Retention       time.Duration `env:"OUTBOUND_RETENTION" envDefault:"6h" doc:"how long requests of net.http_* and their responses are kept after they are done"`

	WebhookTimeoutS     int           `env:"WEBHOOK_DELIVERY_TIMEOUT_SECONDS" envDefault:"10" doc:"seconds a webhook's receiver has to answer"`
	WebhookRetention    time.Duration `env:"WEBHOOK_RETENTION" envDefault:"720h" doc:"how long events, their delivery log, and the ids of inbound webhooks are kept"`
	WebhookDisableAfter time.Duration `env:"WEBHOOK_DISABLE_AFTER" envDefault:"120h" doc:"a subscription that only failed for so long is switched off"`
}

// AllowedPrefixes is Allow, parsed; Load has checked it.
func (o *Outbound) AllowedPrefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, cidr := range o.Allow {
		if p, err := netip.ParsePrefix(cidr); err == nil {
			out = append(out, p.Masked())
		}
	}
	return out
}

func (o *Outbound) mistakes(add func(ok bool, format string, args ...any)) {
	for _, cidr := range o.Allow {
		_, err := netip.ParsePrefix(cidr)
		add(err == nil, "OUTBOUND_ALLOW: %q is no network like 10.0.0.0/8", cidr)
	}
	add(o.ResponseLimit >= 0 && o.ResponseLimit <= 100<<20, "OUTBOUND_RESPONSE_LIMIT_BYTES must lie between 0 and 104857600")
	add(o.MaxRedirects >= 0 && o.MaxRedirects <= 20, "OUTBOUND_MAX_REDIRECTS must lie between 0 and 20")
	add(o.HostConcurrency >= 1, "OUTBOUND_HOST_CONCURRENCY must be at least 1")
	add(o.BreakerFailures >= 1 && o.BreakerPause > 0, "OUTBOUND_BREAKER_FAILURES must be at least 1 and OUTBOUND_BREAKER_PAUSE over 0")
	add(o.WebhookTimeoutS >= 1 && o.WebhookTimeoutS <= 300, "WEBHOOK_DELIVERY_TIMEOUT_SECONDS must lie between 1 and 300")
	add(o.Retention >= time.Minute, "OUTBOUND_RETENTION must be at least 1m")
	add(o.WebhookRetention >= time.Hour, "WEBHOOK_RETENTION must be at least 1h")
	add(o.WebhookDisableAfter > 0, "WEBHOOK_DISABLE_AFTER must be over 0")
}
