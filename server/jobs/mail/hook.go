package mail

import (
	"context"
	"encoding/json"
	"errors"
)

// hook has a hook of the user's send a message.
type hook struct {
	call func(ctx context.Context, event, id string, input json.RawMessage) (final bool, err error)
}

func (h *hook) send(ctx context.Context, m message) error {
	var payload struct {
		Event string
		Input json.RawMessage
	}
	if err := json.Unmarshal(m.hook, &payload); err != nil {
		return err
	}
	if h.call == nil {
		return &failure{"later", "hook", errors.New("this worker knows no hooks")}
	}
	if err := m.handOver(ctx); err != nil {
		return err
	}
	switch final, err := h.call(ctx, payload.Event, m.messageID, payload.Input); {
	case err == nil:
		return nil
	case final:
		return &failure{"refused", "hook", err}
	default:
		return &failure{"later", "hook", err}
	}
}
