package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnInterruptedTrainingSaysHowItGoesOn(t *testing.T) {
	place := filepath.Join(t.TempDir(), "place")
	command := trainCommand{Data: "data", Checkpoint: place}
	interrupted := fmt.Errorf("generalist: %w", context.Canceled)
	if err := command.orResume(interrupted); strings.Contains(err.Error(), "goes on") {
		t.Errorf("before anything was kept: %v", err)
	}
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := command.orResume(interrupted); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the same command goes on from "+place) {
		t.Errorf("interrupted: %v", err)
	}
	if err := command.orResume(os.ErrPermission); err != os.ErrPermission {
		t.Errorf("another error became %v", err)
	}
}
