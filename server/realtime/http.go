package realtime

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// sender is whom a request acts as: bearer token, else apikey.
func (s *Service) sender(c echo.Context) (*caller, error) {
	r := c.Request()
	text := ""
	if scheme, rest, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "bearer") {
		text = strings.TrimSpace(rest)
	}
	if text == "" || isKey(text) {
		text = r.Header.Get("Apikey")
	}
	if text == "" {
		text = r.URL.Query().Get("apikey")
	}
	if text == "" {
		return nil, errClaims
	}
	return s.identify(text)
}

func unauthorized(c echo.Context) error {
	return c.JSON(http.StatusUnauthorized, map[string]string{"message": "Unauthorized"})
}

func forbidden(c echo.Context) error {
	return c.JSON(http.StatusForbidden, map[string]string{"message": "Unauthorized"})
}

func unprocessable(c echo.Context, field, why string) error {
	return c.JSON(http.StatusUnprocessableEntity, map[string]any{"errors": map[string]any{field: []string{why}}})
}

// mayWrite says whether the sender may broadcast to a room.
func (s *Service) mayWrite(c echo.Context, who *caller, to room) (bool, error) {
	may, err := s.authorize(c.Request().Context(), who, to, handshakeHeaders(c.Request()))
	if err == errSessionEnded { //nolint:errorlint,err113 // returned as it is
		return false, nil
	}
	return may.WriteBroadcast, err
}

const maxBatch = 1000

type broadcastRequest struct {
	Messages []struct {
		ID      string          `json:"id"`
		Topic   string          `json:"topic"`
		Event   string          `json:"event"`
		Payload json.RawMessage `json:"payload"`
		Private bool            `json:"private"`
	} `json:"messages"`
}

// postBroadcast answers POST /api/broadcast: a batch. Private ones that the
// sender may not send are dropped without a word, as upstream does.
func (s *Service) postBroadcast(c echo.Context) error {
	who, err := s.sender(c)
	if err != nil {
		return unauthorized(c)
	}
	var in broadcastRequest
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return broadcastMalformed(c, err)
	}
	if len(in.Messages) > maxBatch {
		return c.JSON(http.StatusTooManyRequests, map[string]string{"message": "Too many messages to broadcast, please reduce the batch size"})
	}
	mistakes, found := make([]map[string][]string, len(in.Messages)), false
	for i, m := range in.Messages {
		mistakes[i] = map[string][]string{}
		for field, blank := range map[string]bool{"topic": m.Topic == "", "event": m.Event == "", "payload": isBlank(m.Payload)} {
			if blank {
				mistakes[i][field], found = []string{"can't be blank"}, true
			}
		}
		if !isBlank(m.Payload) && m.Payload[0] != '{' {
			mistakes[i]["payload"], found = []string{"is invalid"}, true
		}
		if len(m.Payload) > s.Config.MaxPayload {
			mistakes[i]["payload"], found = []string{"Payload size exceeds the limit"}, true
		}
	}
	if found || in.Messages == nil {
		return c.JSON(http.StatusUnprocessableEntity, map[string]any{"errors": map[string]any{"messages": mistakes}})
	}
	allowed := map[room]bool{}
	for _, m := range in.Messages {
		to := room{m.Topic, m.Private}
		may, asked := allowed[to]
		if !asked {
			if may, err = s.mayWrite(c, who, to); err != nil {
				return err
			}
			allowed[to] = may
		}
		if may {
			s.cast(to, &cast{Event: m.Event, Payload: m.Payload, ID: m.ID}, nil)
		}
	}
	return c.NoContent(http.StatusAccepted)
}

func isBlank(payload json.RawMessage) bool { return len(payload) == 0 || string(payload) == "null" }

func broadcastMalformed(c echo.Context, err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return unprocessable(c, "messages", "is invalid")
}

func segment(c echo.Context, name string) string {
	value, err := url.PathUnescape(c.Param(name))
	if err != nil {
		return c.Param(name)
	}
	return value
}

// postEvent answers POST /api/broadcast/{topic}/events/{event}: one broadcast,
// whose payload is the body.
func (s *Service) postEvent(c echo.Context) error {
	who, err := s.sender(c)
	if err != nil {
		return unauthorized(c)
	}
	kind, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if kind != "application/json" && kind != "application/octet-stream" {
		return c.JSON(http.StatusUnsupportedMediaType, map[string]string{"error": "Content-Type must be application/json or application/octet-stream"})
	}
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	binary := kind == "application/octet-stream"
	switch {
	case len(body) > s.Config.MaxPayload:
		return unprocessable(c, "payload", "Payload size exceeds the limit")
	case !binary && !json.Valid(body):
		return unprocessable(c, "payload", "is invalid")
	case segment(c, "event") == "":
		return unprocessable(c, "event", "can't be blank")
	}
	to := room{segment(c, "topic"), c.QueryParam("private") == "true"}
	may, err := s.mayWrite(c, who, to)
	if err != nil {
		return err
	}
	if !may {
		return forbidden(c)
	}
	sent := &cast{Event: segment(c, "event"), Payload: body, Binary: binary, ID: newUUID()}
	if to.Private && keepAsked(c.QueryParams()) {
		if err := s.keep(c.Request().Context(), to.Topic, sent); err != nil {
			slog.WarnContext(c.Request().Context(), "keep a broadcast", "error", err)
			return err
		}
	}
	s.cast(to, sent, nil)
	return c.NoContent(http.StatusAccepted)
}

func keepAsked(query url.Values) bool {
	return query.Get("persist") == "true" || query.Has("persist[ttl]")
}

// postTopic answers POST /broadcast/{topic}: a server tells its clients.
func (s *Service) postTopic(c echo.Context) error {
	who, err := s.sender(c)
	if err != nil {
		return unauthorized(c)
	}
	var in struct {
		Event   string          `json:"event"`
		Payload json.RawMessage `json:"payload"`
		Private bool            `json:"private"`
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&in); err != nil {
		return broadcastMalformed(c, err)
	}
	switch {
	case in.Event == "":
		return unprocessable(c, "event", "can't be blank")
	case isBlank(in.Payload):
		return unprocessable(c, "payload", "can't be blank")
	case len(in.Payload) > s.Config.MaxPayload:
		return unprocessable(c, "payload", "Payload size exceeds the limit")
	}
	to := room{segment(c, "topic"), in.Private}
	may, err := s.mayWrite(c, who, to)
	if err != nil {
		return err
	}
	if !may {
		return forbidden(c)
	}
	s.cast(to, &cast{Event: in.Event, Payload: in.Payload}, nil)
	return c.NoContent(http.StatusAccepted)
}
