package auth

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"
)

// Answers about addresses are held back to the next tick since their request
// began: who is known costs a token and a mail, who is not costs neither, and the
// time must not tell. Refused sign-ins have a longer one: a password is compared
// by whatever function hashed it, and that of an unknown user by ours.
const (
	tick        = 50 * time.Millisecond
	refusedTick = 250 * time.Millisecond
)

// evenly answers what to defer: `defer s.evenly(c)()`.
func (s *Service) evenly(c echo.Context) func() {
	began := time.Now()
	return func() { s.hold(c.Request().Context(), began, tick) }
}

// holdBack waits for the next step since a request began, or for its end.
func holdBack(ctx context.Context, began time.Time, step time.Duration) {
	wait := time.NewTimer(step - time.Since(began)%step)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}
