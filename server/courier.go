package server

import (
	"fmt"
	"maps"
	"os"

	"github.com/labstack/echo/v4"

	"howdah/server/config"
	"howdah/server/db"
	"howdah/server/jobs"
	"howdah/server/jobs/door"
	"howdah/server/jobs/mail"
	"howdah/server/jobs/outbound"
	"howdah/server/token"
)

// couriers are what leaves: HTTP, webhooks, mail, text messages.
type couriers struct {
	http *outbound.Service
	mail *mail.Service
}

func newCouriers(c *config.Config, pool *db.Pool, ring *token.Ring) (*couriers, error) {
	client := outbound.NewClient(c.Outbound)
	entrance := &door.Door{Pool: pool, Verifier: ring, AnonRole: c.Rest.AnonRole}
	post, err := mail.New(mail.Deps{
		Pool: pool, Ring: ring, Config: c.Mail, Outbound: client, Door: entrance, Development: !c.Production(), Console: os.Stderr,
	})
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &couriers{
		http: outbound.New(outbound.Deps{Pool: pool, Ring: ring, Config: c.Outbound, Client: client, Door: entrance}),
		mail: post,
	}, nil
}

func (k *couriers) mount(e *echo.Echo) {
	k.http.Mount(e)
	k.mail.Mount(e)
}

// register makes the worker do the jobs that leave.
func (k *couriers) register(w *jobs.Service) {
	handlers := k.http.Handlers()
	maps.Copy(handlers, k.mail.Handlers())
	for name, h := range handlers {
		w.Register(name, h)
	}
}
