package outbound

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"howdah/server/db"
	"howdah/server/jobs/door"
)

const listSubscriptionsSQL = `select status, body from webhooks.list_subscriptions(_after => $1, _limit => $2)`

func (s *Service) listSubscriptions(c echo.Context) error {
	after, err := optionalID(c, "after")
	if err != nil {
		return err
	}
	most, err := door.Limit(c)
	if err != nil {
		return err
	}
	return s.Door.Call(c, listSubscriptionsSQL, after, most)
}

const getSubscriptionSQL = `select status, body from webhooks.get_subscription(_id => $1)`

func (s *Service) getSubscription(c echo.Context) error {
	id, err := id(c)
	if err != nil {
		return err
	}
	return s.Door.Call(c, getSubscriptionSQL, id)
}

// A secret that is brought along is a guess away from nothing when it is short.
const shortestSecret = 24

// sealed is what the database may keep of a secret that was brought along; nil for none.
func (s *Service) sealed(secret string) ([]byte, error) {
	switch {
	case secret == "":
		return nil, nil
	case len(secret) < shortestSecret || len(secret) > 1000:
		return nil, door.Bad("A secret has 24 to 1000 characters; leave it out to have one made.")
	}
	return s.Ring.Seal(webhookPurpose, []byte(secret))
}

const subscribeSQL = `select status, body from webhooks.subscribe(_topics => $1, _url => $2, _description => $3, _secret => $4)`

func (s *Service) subscribe(c echo.Context) error {
	var in struct {
		Topic       string
		Topics      []string
		URL         *string
		Description *string
		Secret      string
	}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	if in.Topic != "" {
		in.Topics = append(in.Topics, in.Topic)
	}
	sealed, err := s.sealed(in.Secret)
	if err != nil {
		return err
	}
	out, err := s.Door.Outcome(c, subscribeSQL, in.Topics, in.URL, in.Description, sealed)
	if err != nil {
		return err
	}
	return s.withSecret(c, out, sealed)
}

// withSecret answers a subscription together with its secret.
func (s *Service) withSecret(c echo.Context, out db.Outcome, sealed []byte) error {
	var made struct {
		ID      string
		Version int `json:"secret_version"`
	}
	if err := json.Unmarshal(out.Body, &made); err != nil {
		return err
	}
	secret, err := secretOf(s.Ring, made.ID, made.Version, sealed)
	if err != nil {
		return err
	}
	quoted, err := json.Marshal(secret)
	if err != nil {
		return err
	}
	body := append(out.Body[:len(out.Body)-1:len(out.Body)-1], `, "secret": `...)
	body = append(append(body, quoted...), '}')
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSONBlob(out.Status, body)
}

const updateSubscriptionSQL = `select status, body from webhooks.update_subscription(_id => $1, _topics => $2, _url => $3, _description => $4, _enabled => $5)`

func (s *Service) updateSubscription(c echo.Context) error {
	var in struct {
		Topics      []string
		URL         *string
		Description *string
		Enabled     *bool
	}
	id, err := id(c)
	if err != nil {
		return err
	}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, updateSubscriptionSQL, id, in.Topics, in.URL, in.Description, in.Enabled)
}

const unsubscribeSQL = `select status, body from webhooks.unsubscribe(_id => $1)`

func (s *Service) unsubscribe(c echo.Context) error {
	id, err := id(c)
	if err != nil {
		return err
	}
	return s.Door.Call(c, unsubscribeSQL, id)
}

const secretSQL = `select status, body, secret from webhooks.secret(_id => $1)`

func (s *Service) showSecret(c echo.Context) error {
	id, err := id(c)
	if err != nil {
		return err
	}
	caller, err := s.Door.Caller(c)
	if err != nil {
		return err
	}
	out, err := db.RowAs[struct {
		db.Outcome
		Secret []byte
	}](c.Request().Context(), s.Pool, caller, secretSQL, id)
	if err != nil {
		return err
	}
	if out.Status != http.StatusOK {
		return door.Refusal(out.Outcome)
	}
	return s.withSecret(c, out.Outcome, out.Secret)
}

const rotateSecretSQL = `select status, body from webhooks.rotate_secret(_id => $1, _window => make_interval(secs => $2), _secret => $3)`

// rotateWindow is how long both secrets sign unless told otherwise.
const rotateWindow = 24 * 60 * 60

func (s *Service) rotateSecret(c echo.Context) error {
	in := struct {
		Window float64 `json:"window_seconds"`
		Secret string
	}{Window: rotateWindow}
	id, err := id(c)
	if err != nil {
		return err
	}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	sealed, err := s.sealed(in.Secret)
	if err != nil {
		return err
	}
	out, err := s.Door.Outcome(c, rotateSecretSQL, id, in.Window, sealed)
	if err != nil {
		return err
	}
	return s.withSecret(c, out, sealed)
}
