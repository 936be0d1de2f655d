package outbound

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"howdah/server/jobs/door"
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
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, emitSQL, in.Topic, in.object(), in.Version)
}

const testFireSQL = `select status, body from webhooks.test_fire(_topic => $1, _payload => $2, _subscription => $3)`

func (s *Service) testFire(c echo.Context) error {
	var in event
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, testFireSQL, in.Topic, in.object(), in.Subscription)
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
	before, err := door.Number("before", c.QueryParam("before"))
	if err != nil {
		return err
	}
	most, err := door.Limit(c)
	if err != nil {
		return err
	}
	return s.Door.Call(c, listDeliveriesSQL, subscription, door.Optional(c, "state"), event, before, most)
}

const getDeliverySQL = `select status, body from webhooks.get_delivery(_id => $1)`

func (s *Service) getDelivery(c echo.Context) error {
	id, err := door.Number("The id", c.Param("id"))
	if err != nil {
		return err
	}
	return s.Door.Call(c, getDeliverySQL, id)
}

const replaySQL = `select status, body from webhooks.replay(_delivery => $1, _subscription => $2, _since => $3)`

func (s *Service) replayDelivery(c echo.Context) error {
	id, err := door.Number("The id", c.Param("id"))
	if err != nil {
		return err
	}
	return s.Door.Call(c, replaySQL, id, nil, nil)
}

func (s *Service) replaySubscription(c echo.Context) error {
	var in struct{ Since *time.Time }
	id, err := id(c)
	if err != nil {
		return err
	}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, replaySQL, nil, id, in.Since)
}
