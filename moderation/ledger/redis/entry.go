package redis

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"parley/moderation/ledger/recent"
)

// entryOf is a comment as the list of look-alikes keeps it; readEntry takes it apart.
func entryOf(c recent.Shelved) string {
	b := make([]byte, 0, 160)
	b = strconv.AppendInt(b, c.At, 10)
	b = append(b, '|')
	b = strconv.AppendUint(b, c.Fingerprint.Exact, 16)
	b = append(b, '|')
	b = strconv.AppendUint(b, c.Fingerprint.Near, 16)
	for _, name := range [...]string{url.QueryEscape(c.Author), url.QueryEscape(c.Channel), c.Comment} {
		b = append(b, '|')
		b = append(b, name...)
	}
	return string(b)
}

// readEntry's result shares no memory with the entry.
func readEntry(entry string) (c recent.Shelved, err error) {
	parts := strings.SplitN(entry, "|", 6)
	if len(parts) != 6 {
		return c, fmt.Errorf("a look-alike is stored in a form that cannot be read")
	}
	if c.At, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return c, fmt.Errorf("a look-alike's time: %w", err)
	}
	if c.Fingerprint.Exact, err = strconv.ParseUint(parts[1], 16, 64); err != nil {
		return c, fmt.Errorf("a look-alike's fingerprint: %w", err)
	}
	if c.Fingerprint.Near, err = strconv.ParseUint(parts[2], 16, 64); err != nil {
		return c, fmt.Errorf("a look-alike's fingerprint: %w", err)
	}
	if c.Author, err = url.QueryUnescape(parts[3]); err != nil {
		return c, fmt.Errorf("a look-alike's author: %w", err)
	}
	if c.Channel, err = url.QueryUnescape(parts[4]); err != nil {
		return c, fmt.Errorf("a look-alike's channel: %w", err)
	}
	c.Comment, c.Author, c.Channel = strings.Clone(parts[5]), strings.Clone(c.Author), strings.Clone(c.Channel)
	return c, nil
}
