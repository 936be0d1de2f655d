package server

import (
	"io"
	"log/slog"
	"os"
	"strings"

	"howdah/server/config"
)

// NewLogger logs to w: JSON, or text on a terminal. Attributes whose name says
// that they hold a secret are blanked, whoever logs them.
func NewLogger(w io.Writer, c config.Server) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // config has checked it
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	if c.LogFormat == "text" || c.LogFormat == "auto" && isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func redact(_ []string, a slog.Attr) slog.Attr {
	name := strings.ToLower(a.Key)
	for _, secret := range []string{"password", "token", "secret", "authorization", "apikey", "cookie"} {
		if strings.Contains(name, secret) {
			return slog.String(a.Key, "***")
		}
	}
	return a
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
