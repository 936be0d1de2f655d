package auth

import (
	"github.com/labstack/echo/v4"

	"howdah/server/auth/kit"
)

// Kit is what the packages below this one need to serve their part of
// /auth/v1, and other domains to know their callers.
func (s *Service) Kit() *kit.Kit {
	return &kit.Kit{
		Pool: s.Pool, Ring: s.Ring, Asker: s.asker, Settings: s.settings,
		Caller: s.caller, Client: client, Decode: decode, Reply: reply, Limit: s.limitBody,
		Grant: func(c echo.Context, out kit.Outcome) error {
			return s.answer(c, outcome{Outcome: out.Outcome, Claims: out.Claims, SessionID: out.SessionID, Counter: out.Counter})
		},
	}
}
