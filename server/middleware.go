package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"howdah/server/config"
	"howdah/server/problem"
	"howdah/server/storage"
)

// use adds what every request passes, outermost first: request id, log,
// recover, headers, CORS, deadline, body limit. The log wraps recover so that
// a panic is one line with its stack.
func use(e *echo.Echo, c config.Server, production bool) {
	e.Use(requestID, logged, recovered, headers(production))
	if len(c.CORSOrigins) > 0 {
		e.Use(cors(c.CORSOrigins))
	}
	e.Use(deadline(c.RequestTimeout), bodyLimit(c.BodyLimit))
	e.IPExtractor = clientIP(c.TrustedProxies)
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID keeps the caller's X-Request-Id when it is a plain word, and makes
// one otherwise.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if !goodID.MatchString(id) {
			id = rand.Text()
		}
		c.Request().Header.Set(echo.HeaderXRequestID, id)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

// logged writes one line a request. It names the route, never the path or the
// query, which may hold tokens and personal data.
func logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		status := c.Response().Status
		attrs := []slog.Attr{
			slog.String("request_id", c.Response().Header().Get(echo.HeaderXRequestID)),
			slog.String("method", c.Request().Method),
			slog.String("route", c.Path()),
			slog.Int("status", status),
			slog.Float64("ms", float64(time.Since(start).Microseconds())/1000),
		}
		if role, ok := c.Get("role").(string); ok {
			attrs = append(attrs, slog.String("role", role))
		}
		level := slog.LevelInfo
		if err != nil {
			p := problem.From(err)
			attrs = append(attrs, slog.String("code", p.Code))
			if status >= http.StatusInternalServerError {
				level = slog.LevelError
				attrs = append(attrs, slog.String("cause", fmt.Sprint(p.Cause)))
			}
		}
		slog.LogAttrs(c.Request().Context(), level, "request", attrs...)
		return nil
	}
}

func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http's own sentinel, compared as net/http does
					panic(r)
				}
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		return next(c)
	}
}

// headers are safe for an API: nothing here is a page that runs scripts.
func headers(production bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			if production {
				h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
			}
			return next(c)
		}
	}
}

func cors(origins []string) echo.MiddlewareFunc {
	named := origins[0] != "*"
	return middleware.CORSWithConfig(middleware.CORSConfig{
		AllowOrigins:     origins,
		AllowMethods:     []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"},
		AllowCredentials: named, // a wildcard with credentials would open every account to every page
		ExposeHeaders: []string{
			"Content-Encoding", "Content-Location", "Content-Range", "Content-Type", "Date", "Location", "Server", "Transfer-Encoding",
			"Range-Unit", "Preference-Applied", "Proxy-Status", "X-Total-Count", "Link", "X-Supabase-Api-Version", "X-Request-Id", "Retry-After",
			"ETag", "Content-Disposition", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires", "Tus-Resumable",
		},
		MaxAge: 86400,
	})
}

// streams says whether a path carries files, which take as long and are as
// large as they are: their service sets limits of its own.
func streams(c echo.Context) bool {
	path := c.Request().URL.Path
	return strings.HasPrefix(path, storage.Prefix+"/") || strings.HasPrefix(path, "/_storage/") || strings.HasPrefix(path, "/files/")
}

// deadline bounds the work of a request. A lost client cancels it as well.
// Functions have time-outs of their own, and may answer with streams.
func deadline(limit time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.HasPrefix(c.Request().URL.Path, "/functions/v1/") {
				return next(c)
			}
			if streams(c) {
				return next(c)
			}
			ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
			defer cancel()
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

func bodyLimit(limit int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if streams(c) {
				return next(c)
			}
			req := c.Request()
			if req.ContentLength > limit {
				return &http.MaxBytesError{Limit: limit}
			}
			req.Body = http.MaxBytesReader(c.Response(), req.Body, limit)
			return next(c)
		}
	}
}

// clientIP believes X-Forwarded-For only as far as the configured proxies
// reach: what the first untrusted hop claims is ignored.
func clientIP(proxies []string) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, cidr := range proxies {
		if _, network, err := net.ParseCIDR(cidr); err == nil { // config has checked it
			trust = append(trust, echo.TrustIPRange(network))
		}
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
