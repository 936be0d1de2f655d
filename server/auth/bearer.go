package auth

import (
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// caller is the user and session of the request's access token. The anon and
// service keys are no user's.
func (s *Service) caller(c echo.Context) (user, session uuid.UUID, err error) {
	scheme, text, ok := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !ok || !strings.EqualFold(scheme, "bearer") || text == "" {
		return user, session, refuse(http.StatusUnauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
	}
	claims, err := s.Ring.Verify(strings.TrimSpace(text))
	if err != nil {
		return user, session, refuse(http.StatusForbidden, "bad_jwt", "invalid JWT: "+err.Error())
	}
	c.Set("role", claims.Role)
	if claims.Subject == "" {
		return user, session, refuse(http.StatusForbidden, "bad_jwt", "invalid claim: missing sub claim")
	}
	if user, err = uuid.Parse(claims.Subject); err != nil {
		return user, session, refuse(http.StatusBadRequest, "bad_jwt", "invalid claim: sub claim must be a UUID")
	}
	if session, err = uuid.Parse(claims.SessionID); err != nil {
		return user, session, refuse(http.StatusForbidden, "session_not_found", "Session from session_id claim in JWT does not exist")
	}
	return user, session, nil
}
