package outbound

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

const emitSQL = `select 202 as status, jsonb_build_object('event', e.id) as body from webhooks.emit(_topic => $1, _payload => $2, _version => $3) as e (id)`

type event struct {
	Topic        *string
	Payload      json.RawMessage
	Version      *int
	Subscription *uuid.UUID
}

// object is the payload; {} for none.
func (e *event) object() json.RawMessage {
	if len(e.Payload) == 0 {
		return json.RawMessage(`{}`)
	}
	return e.Payload
}

// emit answers the event's id, null when nobody subscribed.
func (s *Service) emit(c echo.Context) error {
	var in event
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.call(c, emitSQL, in.Topic, in.object(), in.Version)
}

const testFireSQL = `select status, body from webhooks.test_fire(_topic => $1, _payload => $2, _subscription => $3)`

func (s *Service) testFire(c echo.Context) error {
	var in event
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.call(c, testFireSQL, in.Topic, in.object(), in.Subscription)
}

const listDeliveriesSQL = `select status, body from webhooks.list_deliveries(_subscription => $1, _state => $2, _event => $3, _before => $4, _limit => $5)`

func (s *Service) listDeliveries(c echo.Context) error {
	subscription, err := optionalID(c, "subscription")
	if err != nil {
		return err
	}
	event, err := optionalID(c, "event")
	if err != nil {
		return err
	}
	before, err := number("before", c.QueryParam("before"))
	if err != nil {
		return err
	}
	most, err := limit(c)
	if err != nil {
		return err
	}
	var state *string
	if text := c.QueryParam("state"); text != "" {
		state = &text
	}
	return s.call(c, listDeliveriesSQL, subscription, state, event, before, most)
}

const getDeliverySQL = `select status, body from webhooks.get_delivery(_id => $1)`

func (s *Service) getDelivery(c echo.Context) error {
	id, err := number("The id", c.Param("id"))
	if err != nil {
		return err
	}
	return s.call(c, getDeliverySQL, id)
}

const replaySQL = `select status, body from webhooks.replay(_delivery => $1, _subscription => $2, _since => $3)`

func (s *Service) replayDelivery(c echo.Context) error {
	id, err := number("The id", c.Param("id"))
	if err != nil {
		return err
	}
	return s.call(c, replaySQL, id, nil, nil)
}

func (s *Service) replaySubscription(c echo.Context) error {
	var in struct{ Since *time.Time }
	id, err := id(c)
	if err != nil {
		return err
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	return s.call(c, replaySQL, nil, id, in.Since)
}
