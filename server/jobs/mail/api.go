package mail

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"howdah/server/jobs/door"
)

// Mount adds /mail/v1, which is service_role's, and in development /dev/inbox.
func (s *Service) Mount(e *echo.Echo) {
	e.GET("/mail/v1/templates", s.listTemplates)
	e.GET("/mail/v1/templates/:name", s.showTemplate)
	e.POST("/mail/v1/templates/:name/preview", s.showTemplate)
	e.PUT("/mail/v1/templates/:name", s.setTemplate)
	e.DELETE("/mail/v1/templates/:name", s.resetTemplate)
	e.GET("/mail/v1/messages", s.listSent)
	e.POST("/mail/v1/messages", s.queue)
	s.mountInbox(e)
}

const listTemplatesSQL = `select status, body from mail.list_templates()`

func (s *Service) listTemplates(c echo.Context) error { return s.Door.Call(c, listTemplatesSQL) }

const showTemplateSQL = `select status, body from mail.show_template(_name => $1, _locale => $2, _data => $3)`

// showTemplate is a template and what it makes of the data in the body.
func (s *Service) showTemplate(c echo.Context) error {
	in := struct {
		Data json.RawMessage
	}{Data: json.RawMessage(`{}`)}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, showTemplateSQL, c.Param("name"), c.QueryParam("locale"), in.Data)
}

const setTemplateSQL = `select 200 as status, jsonb_build_object('version', t.version) as body
from mail.set_template(_name => $1, _subject => $2, _text => $3, _html => $4, _locale => $5) as t (version)`

func (s *Service) setTemplate(c echo.Context) error {
	var in struct {
		Subject, Text *string
		HTML          *string
		Locale        string
	}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, setTemplateSQL, c.Param("name"), in.Subject, in.Text, in.HTML, in.Locale)
}

const resetTemplateSQL = `select 200 as status, jsonb_build_object('deleted', t.gone) as body from mail.reset_template(_name => $1) as t (gone)`

func (s *Service) resetTemplate(c echo.Context) error {
	return s.Door.Call(c, resetTemplateSQL, c.Param("name"))
}

const listMessagesSQL = `select status, body from mail.list_messages(_state => $1, _recipient => $2, _before => $3, _limit => $4)`

func (s *Service) listSent(c echo.Context) error {
	before, err := door.Number("before", c.QueryParam("before"))
	if err != nil {
		return err
	}
	most, err := door.Limit(c)
	if err != nil {
		return err
	}
	return s.Door.Call(c, listMessagesSQL, door.Optional(c, "state"), door.Optional(c, "to"), before, most)
}

const queueSQL = `select 202 as status, jsonb_build_object('message', m.id) as body
from mail.send(_to => $1, _template => $2, _data => $3, _idempotency_key => $4, _locale => $5) as m (id)`

func (s *Service) queue(c echo.Context) error {
	in := struct {
		To, Template, Locale *string
		Data                 json.RawMessage
		Key                  *string `json:"idempotency_key"`
	}{Data: json.RawMessage(`{}`)}
	if err := door.Decode(c, &in); err != nil {
		return err
	}
	return s.Door.Call(c, queueSQL, in.To, in.Template, in.Data, in.Key, in.Locale)
}
