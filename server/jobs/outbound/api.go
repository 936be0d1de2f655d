package outbound

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/problem"
)

// Mount adds /webhooks/v1 and /net/v1, which are service_role's, and the older
// paths of webhooks beside them. Who may do what is the database's to say.
func (s *Service) Mount(e *echo.Echo) {
	for _, prefix := range []string{"/webhooks/v1", "/_webhooks"} {
		e.GET(prefix+"/subscriptions", s.listSubscriptions)
		e.POST(prefix+"/subscriptions", s.subscribe)
		e.POST(prefix+"/test-fire", s.testFire)
	}
	e.GET("/webhooks/v1/subscriptions/:id", s.getSubscription)
	e.PATCH("/webhooks/v1/subscriptions/:id", s.updateSubscription)
	e.DELETE("/webhooks/v1/subscriptions/:id", s.unsubscribe)
	e.GET("/webhooks/v1/subscriptions/:id/secret", s.showSecret)
	e.POST("/webhooks/v1/subscriptions/:id/rotate", s.rotateSecret)
	e.POST("/webhooks/v1/subscriptions/:id/replay", s.replaySubscription)
	e.POST("/webhooks/v1/events", s.emit)
	e.GET("/webhooks/v1/deliveries", s.listDeliveries)
	e.GET("/webhooks/v1/deliveries/:id", s.getDelivery)
	e.POST("/webhooks/v1/deliveries/:id/replay", s.replayDelivery)
	e.GET("/net/v1/secrets", s.listSecrets)
	e.PUT("/net/v1/secrets/:name", s.setSecret)
	e.DELETE("/net/v1/secrets/:name", s.deleteSecret)
}

// call runs sql as the caller and answers what it answers.
func (s *Service) call(c echo.Context, sql string, args ...any) error {
	out, err := s.outcome(c, sql, args...)
	if err != nil {
		return err
	}
	return c.JSONBlob(out.Status, out.Body)
}

// outcome is what sql answered the caller; a refusal is an error.
func (s *Service) outcome(c echo.Context, sql string, args ...any) (db.Outcome, error) {
	caller, err := s.caller(c)
	if err != nil {
		return db.Outcome{}, err
	}
	out, err := s.Pool.CallAs(c.Request().Context(), caller, sql, args...)
	if err == nil && out.Status >= http.StatusBadRequest {
		err = refusal(out)
	}
	return out, err
}

func (s *Service) caller(c echo.Context) (*db.Caller, error) {
	caller, err := db.CallerOf(c.Request(), s.Ring, "anon")
	if err == nil {
		c.Set("role", caller.Role)
	}
	return caller, err
}

func refusal(out db.Outcome) error {
	var no struct{ Code, Message, Hint string }
	if err := json.Unmarshal(out.Body, &no); err != nil {
		return err
	}
	return &problem.Problem{Status: out.Status, Code: no.Code, Message: no.Message, Hint: no.Hint}
}

func bad(message string) error { return problem.New(http.StatusBadRequest, "bad_request", message) }

// decode reads a JSON object; an empty body is an empty one.
func decode(c echo.Context, into any) error {
	var wrong *json.UnmarshalTypeError
	switch err := json.NewDecoder(c.Request().Body).Decode(into); {
	case err == nil, errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &wrong):
		return bad(wrong.Field + " must not be a " + wrong.Value + ".")
	default:
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return err
		}
		return bad("The body is no JSON object.")
	}
}

// id is the path's :id when it is one.
func id(c echo.Context) (uuid.UUID, error) { return parseID(c.Param("id")) }

func parseID(text string) (uuid.UUID, error) {
	got, err := uuid.Parse(text)
	if err != nil {
		return got, bad("The id is no UUID.")
	}
	return got, nil
}

// optionalID is a query parameter that may be an id.
func optionalID(c echo.Context, name string) (*uuid.UUID, error) {
	if c.QueryParam(name) == "" {
		return nil, nil //nolint:nilnil // none is none
	}
	got, err := parseID(c.QueryParam(name))
	return &got, err
}

// number is a query parameter or the path's :id that is a number; nil for none.
func number(name, text string) (*int64, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // none is none
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return nil, bad(name + " must be a number.")
	}
	return &n, nil
}

// limit is the query's limit as SQL takes it.
func limit(c echo.Context) (int64, error) {
	n, err := number("limit", c.QueryParam("limit"))
	if err != nil || n == nil {
		return 100, err
	}
	return min(*n, 1000), nil
}
