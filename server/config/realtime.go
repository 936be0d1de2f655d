package config

import "time"

// Realtime is the sockets of /realtime/v1.
type Realtime struct {
	Enabled          bool          `env:"REALTIME_ENABLED" envDefault:"true" doc:"serve /realtime/v1"`
	MaxConnections   int           `env:"REALTIME_MAX_CONNECTIONS" envDefault:"1000" doc:"most sockets of this server; more are refused with 429"`
	MaxSubsPerConn   int           `env:"REALTIME_MAX_SUBS_PER_CONN" envDefault:"100" doc:"most channels of a socket"`
	MaxJoinsPerSec   int           `env:"REALTIME_MAX_JOINS_PER_SECOND" envDefault:"100" doc:"most joins a second of a socket; more close it"`
	MaxEventsPerSec  int           `env:"REALTIME_MAX_EVENTS_PER_SECOND" envDefault:"1000" doc:"most messages a second of a socket; more close the channel"`
	MaxPresence      int           `env:"REALTIME_MAX_PRESENCE_PER_30_SECONDS" envDefault:"300" doc:"most presence calls of a socket in 30 seconds; more close the channel"`
	HeartbeatTimeout int           `env:"REALTIME_HEARTBEAT_TIMEOUT_SECONDS" envDefault:"60" doc:"a socket silent for longer is dropped; clients send a heartbeat every 25 seconds"`
	QueueSize        int           `env:"REALTIME_BROKER_QUEUE_SIZE" envDefault:"1000" doc:"messages that may wait for a slow socket; beyond, it is dropped"`
	MaxPayload       int           `env:"REALTIME_MAX_PAYLOAD_BYTES" envDefault:"3000000" doc:"largest broadcast"`
	MaxFrame         int64         `env:"REALTIME_MAX_FRAME_BYTES" envDefault:"5000000" doc:"largest frame that a socket may send"`
	Origins          []string      `env:"REALTIME_ALLOW_ORIGINS" doc:"origins whose pages may open sockets, comma-separated; empty for any: tokens are not cookies"`
	PrivateOnly      bool          `env:"REALTIME_PRIVATE_ONLY" envDefault:"false" doc:"refuse public channels"`
	Retention        time.Duration `env:"REALTIME_RETENTION" envDefault:"30m" doc:"how long changes are kept for clients that resume"`
	Bus              string        `env:"REALTIME_BUS" envDefault:"postgres" doc:"how servers of one database reach each other: postgres or nats"`
	NATSURL          Secret        `env:"REALTIME_NATS_URL" doc:"nats://… where REALTIME_BUS is nats"`
	NodeTimeout      time.Duration `env:"REALTIME_NODE_TIMEOUT" envDefault:"10s" doc:"a server silent for longer is taken for dead: its presences leave"`
}

func (r *Realtime) mistakes(add func(ok bool, format string, args ...any)) {
	add(r.MaxConnections > 0, "REALTIME_MAX_CONNECTIONS must be over 0")
	add(r.MaxSubsPerConn > 0, "REALTIME_MAX_SUBS_PER_CONN must be over 0")
	add(r.MaxJoinsPerSec > 0 && r.MaxEventsPerSec > 0 && r.MaxPresence > 0, "REALTIME_MAX_*_PER_* must be over 0")
	add(r.HeartbeatTimeout > 25, "REALTIME_HEARTBEAT_TIMEOUT_SECONDS must be over the 25 seconds between heartbeats")
	add(r.QueueSize > 0, "REALTIME_BROKER_QUEUE_SIZE must be over 0")
	add(r.MaxPayload > 0 && r.MaxFrame > 0, "REALTIME_MAX_PAYLOAD_BYTES and REALTIME_MAX_FRAME_BYTES must be over 0")
	add(r.Retention >= time.Minute, "REALTIME_RETENTION must be a minute or more")
	add(r.NodeTimeout >= time.Second, "REALTIME_NODE_TIMEOUT must be a second or more")
	add(r.Bus == "postgres" || r.Bus == "nats", "REALTIME_BUS must be postgres or nats")
	add(r.Bus != "nats" || r.NATSURL != "", "REALTIME_NATS_URL must be set where REALTIME_BUS is nats")
	for _, origin := range r.Origins {
		add(origin == "*" || isHTTP(origin), "REALTIME_ALLOW_ORIGINS: %q is no origin like https://app.example.com", origin)
	}
}
