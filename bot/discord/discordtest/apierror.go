package discordtest

import (
	"fmt"
	"net/http"
)

// APIError is a refusal as Discord words it. Acting members get it as an
// error, the bot as an HTTP answer.
type APIError struct {
	Status  int
	Code    int // developer reference, "JSON Error Codes"
	Message string
	// Field and Problem say which part of a form (code 50035) is wrong.
	Field, Problem string
}

func (e *APIError) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s (code %d): %s: %s", e.Message, e.Code, e.Field, e.Problem)
	}
	return fmt.Sprintf("%s (code %d)", e.Message, e.Code)
}

func (e *APIError) body() object {
	body := object{"message": e.Message, "code": e.Code}
	if e.Field != "" {
		body["errors"] = object{e.Field: object{
			"_errors": []object{{"code": "INVALID", "message": e.Problem}},
		}}
	}
	return body
}

func unknown(what string, code int) *APIError {
	return &APIError{Status: http.StatusNotFound, Code: code, Message: "Unknown " + what}
}

func forbidden(code int, message string) *APIError {
	return &APIError{Status: http.StatusForbidden, Code: code, Message: message}
}

func badRequest(code int, message string) *APIError {
	return &APIError{Status: http.StatusBadRequest, Code: code, Message: message}
}

func badForm(field, problem string) *APIError {
	return &APIError{Status: http.StatusBadRequest, Code: 50035, Message: "Invalid Form Body", Field: field, Problem: problem}
}

// The refusals that matter to a moderation bot, for errors.Is.
var (
	ErrUnknownChannel     = unknown("Channel", 10003)
	ErrUnknownGuild       = unknown("Guild", 10004)
	ErrUnknownMember      = unknown("Member", 10007)
	ErrUnknownMessage     = unknown("Message", 10008)
	ErrUnknownUser        = unknown("User", 10013)
	ErrUnknownWebhook     = unknown("Webhook", 10015)
	ErrUnknownBan         = unknown("Ban", 10026)
	ErrUnknownInteraction = unknown("interaction", 10062)
	ErrUnknownCommand     = unknown("application command", 10063)
	ErrUnknownRule        = unknown("Auto Moderation Rule", 10066)
	ErrAlreadyAnswered    = badRequest(40060, "Interaction has already been acknowledged.")
	ErrMissingAccess      = forbidden(50001, "Missing Access")
	ErrNotAuthor          = forbidden(50005, "Cannot edit a message authored by another user")
	ErrEmptyMessage       = badRequest(50006, "Cannot send an empty message")
	ErrDMsClosed          = forbidden(50007, "Cannot send messages to this user")
	ErrNotATextChannel    = badRequest(50008, "Cannot send messages in a non-text channel")
	ErrMissingPermissions = forbidden(50013, "Missing Permissions")
	ErrTooOldToBulkDelete = badRequest(50034, "A message provided was too old to bulk delete")
	ErrArchivedThread     = badRequest(50083, "Thread is archived")
	ErrNoMutualGuilds     = forbidden(50278, "Cannot send messages to this user")
	ErrBlockedByAutoMod   = badRequest(200000, "Message was blocked by automatic moderation")
)
