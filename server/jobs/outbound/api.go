package outbound

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/jobs/door"
)

// Mount adds /webhooks/v1 and /net/v1, which are service_role's, and the older
// paths of webhooks beside them.
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

// id is the path's :id when it is one.
func id(c echo.Context) (uuid.UUID, error) { return parseID(c.Param("id")) }

func parseID(text string) (uuid.UUID, error) {
	got, err := uuid.Parse(text)
	if err != nil {
		return got, door.Bad("The id is no UUID.")
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
