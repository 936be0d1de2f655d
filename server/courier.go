package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"

	"github.com/labstack/echo/v4"

	"howdah/server/auth/hooks"
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
	told *hooks.Client // HTTP hooks of auth
}

func newCouriers(c *config.Config, pool *db.Pool, ring *token.Ring) (*couriers, error) {
	client, told := outbound.NewClient(c.Outbound), hooks.NewClient(c.Auth.Hooks)
	entrance := &door.Door{Pool: pool, Verifier: ring, AnonRole: c.Rest.AnonRole}
	post, err := mail.New(mail.Deps{
		Pool: pool, Ring: ring, Config: c.Mail, Outbound: client, Door: entrance, Development: !c.Production(), Console: os.Stderr,
		Hook: told.Tell,
	})
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return &couriers{
		http: outbound.New(outbound.Deps{Pool: pool, Ring: ring, Config: c.Outbound, Client: client, Door: entrance}),
		mail: post,
		told: told,
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
	handlers["auth.hook"] = k.tell
	for name, h := range handlers {
		w.Register(name, h)
	}
}

// tell is the job auth.hook: an HTTP hook hears of what has happened. The message's
// id is the same each time, so that it can tell what it has heard.
func (k *couriers) tell(ctx context.Context, job jobs.Job) (json.RawMessage, error) {
	var in struct {
		Event string
		Input json.RawMessage
	}
	if err := json.Unmarshal(job.Payload, &in); err != nil {
		return nil, jobs.Final(err)
	}
	var about struct{ Metadata struct{ UUID string } }
	if err := json.Unmarshal(in.Input, &about); err != nil {
		return nil, jobs.Final(err)
	}
	final, err := k.told.Tell(ctx, in.Event, about.Metadata.UUID, in.Input)
	if final {
		err = jobs.Final(err)
	}
	return nil, err
}
