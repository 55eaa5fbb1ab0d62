package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Modal is a form that the bot opened.
type Modal struct {
	CustomID   string           `json:"custom_id"`
	Title      string           `json:"title"`
	Components []map[string]any `json:"components"`
}

// Modal returns the form that the bot opened, and whether it did.
func (i *Interaction) Modal() (Modal, bool) {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.modal, i.modal.CustomID != ""
}

// SubmitModal fills in and sends the form that an interaction was answered
// with. fields are by custom ID; those left out stay empty.
func (m *Member) SubmitModal(ctx context.Context, opened *Interaction, fields map[string]string) (*Interaction, error) {
	i := &Interaction{kind: interactionModal, user: m.User, member: opened.member, channel: opened.channel, pressed: opened.pressed}
	return m.server.interact(ctx, i, func() (object, error) {
		modal := opened.modal
		if modal.CustomID == "" {
			return nil, errors.New("discordtest: no modal was opened")
		}
		used := map[string]bool{}
		components := []object{}
		for _, part := range modal.Components {
			filled, err := fillIn(part, fields, used)
			if err != nil {
				return nil, err
			}
			components = append(components, filled)
		}
		for name := range fields {
			if !used[name] {
				return nil, fmt.Errorf("discordtest: the form has no field %q", name)
			}
		}
		return object{"custom_id": modal.CustomID, "components": components}, nil
	})
}

// fillIn turns a form's part into what is submitted for it.
func fillIn(part map[string]any, fields map[string]string, used map[string]bool) (object, error) {
	kind, _ := part["type"].(float64)
	out := object{"type": int(kind)}
	switch int(kind) {
	case componentRow:
		nested := []object{}
		list, _ := part["components"].([]any)
		for _, one := range list {
			child, _ := one.(map[string]any)
			filled, err := fillIn(child, fields, used)
			if err != nil {
				return nil, err
			}
			nested = append(nested, filled)
		}
		out["components"] = nested
	case componentLabel:
		child, _ := part["component"].(map[string]any)
		filled, err := fillIn(child, fields, used)
		if err != nil {
			return nil, err
		}
		out["component"] = filled
	default:
		id, _ := part["custom_id"].(string)
		value := fields[id]
		used[id] = true
		required, stated := part["required"].(bool)
		if value == "" && (required || !stated) {
			return nil, fmt.Errorf("discordtest: the field %q is required", id)
		}
		out["custom_id"] = id
		if int(kind) == componentText {
			out["value"] = value
		} else {
			out["values"] = strings.Fields(value)
		}
	}
	return out, nil
}

func decodeModal(raw json.RawMessage) (Modal, error) {
	modal := Modal{}
	if err := json.Unmarshal(raw, &modal); err != nil {
		return Modal{}, badForm("data", "Invalid modal")
	}
	switch {
	case modal.CustomID == "" || len([]rune(modal.CustomID)) > maxCustomID:
		return Modal{}, badForm("custom_id", "Must be between 1 and 100 in length.")
	case modal.Title == "" || len([]rune(modal.Title)) > 45:
		return Modal{}, badForm("title", "Must be between 1 and 45 in length.")
	case len(modal.Components) == 0 || len(modal.Components) > maxRows:
		return Modal{}, badForm("components", "Must be between 1 and 5 in length.")
	}
	return modal, nil
}
