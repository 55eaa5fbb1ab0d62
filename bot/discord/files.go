package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/bot/discord/wire"
)

const (
	fileBytes = 64 << 10 // of a text file that are read: far more than a comment may have
	fileCount = 3        // of one message
	fileTime  = 5 * time.Second
)

// fileHosts are where Discord keeps what members upload. Nothing is fetched from elsewhere.
var fileHosts = [...]string{"cdn.discordapp.com", "media.discordapp.net"}

// isText reports whether a file holds words. Discord itself makes one of a text that is too
// long for a message.
func isText(a wire.Attachment) bool {
	kind, _, _ := strings.Cut(a.ContentType, ";")
	name := strings.ToLower(a.Name)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(name, ".txt") || strings.HasSuffix(name, ".md")
}

// lacksFiles reports whether text files came with a message that have not been read.
func lacksFiles(m *wire.Message) bool {
	return slices.ContainsFunc(m.Attachments[:min(len(m.Attachments), fileCount)], func(a wire.Attachment) bool {
		return isText(a) && a.Contents == nil
	})
}

// readFiles reads the text files of a message. What cannot be read counts as empty.
func (p *Platform) readFiles(ctx context.Context, at place, m *wire.Message) {
	for i := range m.Attachments[:min(len(m.Attachments), fileCount)] {
		a := &m.Attachments[i]
		if !isText(*a) || a.Contents != nil {
			continue
		}
		text, err := p.download(ctx, a.URL)
		if err != nil {
			p.log.Warn("text file not read; the comment is judged without it", "guild", at.guild, "channel", m.ChannelID, "comment", m.ID, "error", err)
		}
		a.Contents = &text
	}
}

func (p *Platform) download(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil || !p.keepsFiles(u) {
		return "", errors.New("the file is not kept by Discord")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("read a text file: %w", err)
	}
	answer, err := p.files.Do(r)
	if err != nil {
		return "", fmt.Errorf("read a text file: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("read a text file: %s", answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, fileBytes))
	if err != nil {
		return "", fmt.Errorf("read a text file: %w", err)
	}
	return string(text), nil
}

// keepsFiles reports whether an address is Discord's, or the server's that stands in for it.
func (p *Platform) keepsFiles(u *url.URL) bool {
	return u.Scheme == "https" && slices.Contains(fileHosts[:], u.Host) || u.Host == p.api.Host()
}
