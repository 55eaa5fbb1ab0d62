package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/term"

	"parley/cmd/parley/terminal"
	"parley/moderation"
	"parley/moderation/jsonl"
)

type scoreCommand struct {
	judgeFlag
	Texts   []string `arg:"" optional:"" help:"Texts to judge. Without any, JSON lines are read from standard input."`
	Title   string   `help:"Title of the article under which the texts stand."`
	Summary string   `help:"Summary of that article."`
	Parent  string   `help:"The comment that the texts reply to."`
	JSON    bool     `help:"Print JSON lines, also to a terminal."`
	opinionFlag
}

// Help is shown by parley score --help.
func (scoreCommand) Help() string {
	return `A line in:  {"id": "1", "text": "…", "article": {"title": "…", "summary": "…"}, "parent": "…"}
A line out: {"id": "1", "action": "allow", "abuse": 0.04, "scores": {…}, "reasons": [{"source", "category", "score", "span": [from, to], "quote"}]}

Only "text" is needed. Lines come out in the order in which they went in, one for each; a line that cannot be read comes out with an "error". Spans are byte offsets into the text. "abuse" in [0,1] is what thresholds rank by.`
}

// request is a line in.
type request struct {
	ID      json.RawMessage `json:"id"`
	Text    string          `json:"text"`
	Article struct {
		Title   string `json:"title"`
		Summary string `json:"summary"`
	} `json:"article"`
	Parent string `json:"parent"`
}

// answer is a line out.
type answer struct {
	ID      json.RawMessage      `json:"id,omitempty"`
	Action  moderation.Action    `json:"action"`
	Abuse   float64              `json:"abuse"`
	Scores  moderation.Scores    `json:"scores"`
	Reasons []answerReason       `json:"reasons"`
	Unknown []moderation.Unknown `json:"unknown,omitempty"`
}

type answerReason struct {
	Source   string              `json:"source"`
	Category moderation.Category `json:"category"`
	Score    float64             `json:"score"`
	Span     moderation.Span     `json:"span"`
	Quote    string              `json:"quote"`
}

// refusal stands in the output for a line that could not be read.
type refusal struct {
	ID    json.RawMessage `json:"id,omitempty"`
	Error string          `json:"error"`
}

// Run judges arguments or standard input.
func (c scoreCommand) Run(ctx context.Context, s streams) error {
	judging, err := c.engine()
	if err != nil {
		return err
	}
	judge, done, err := c.judgement(ctx, judging, s.err)
	if err != nil {
		return err
	}
	defer done()
	if len(c.Texts) == 0 {
		return scoreLines(ctx, judge, s)
	}
	for i, text := range c.Texts {
		r := request{ID: json.RawMessage(strconv.Quote(strconv.Itoa(i + 1))), Text: text, Parent: c.Parent}
		r.Article.Title, r.Article.Summary = c.Title, c.Summary
		verdict, err := judge(ctx, r.comment())
		if err != nil {
			return err
		}
		if c.JSON || !isTerminal(s.out) {
			if err := json.NewEncoder(s.out).Encode(r.answer(verdict)); err != nil {
				return err
			}
			continue
		}
		showVerdict(s.out, text, verdict)
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func (r request) comment() *moderation.Comment {
	return &moderation.Comment{
		Text:    r.Text,
		Article: moderation.Article{Title: r.Article.Title, Summary: r.Article.Summary},
		Parent:  moderation.Parent{Text: r.Parent},
	}
}

func (r request) answer(v moderation.Verdict) answer {
	a := answer{ID: r.ID, Action: v.Action, Abuse: v.Abuse, Scores: v.Scores, Reasons: make([]answerReason, len(v.Reasons)), Unknown: v.Unknown}
	for i, reason := range v.Reasons {
		a.Reasons[i] = answerReason{reason.Source, reason.Category, reason.Score, reason.Span, reason.Quote}
	}
	return a
}

// scoreLines answers every line of standard input with one of its own.
func scoreLines(ctx context.Context, judge judgement, s streams) error {
	in, out := jsonl.NewReader(s.in), bufio.NewWriter(s.out)
	progress := terminal.NewProgress(s.err, "judging")
	defer progress.Done()
	encode := json.NewEncoder(out)
	failed := false
	for {
		line, n, err := in.NextOrBlank()
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			break
		}
		if err != nil && !errors.Is(err, jsonl.ErrLong) {
			return errors.Join(fmt.Errorf("read line %d: %w", n, err), out.Flush())
		}
		reply, ok := scoreLine(ctx, judge, line, n, err)
		failed = failed || !ok
		err = encode.Encode(reply)
		if err == nil && in.Idle() { // somebody may wait for the answer
			err = out.Flush()
		}
		if err != nil {
			return fmt.Errorf("write the answer to line %d: %w", n, err)
		}
		progress.At(n, 0)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write answers: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if failed {
		return errFailed
	}
	return nil
}

// scoreLine makes the line out for a line in; unread says why the line is not there.
func scoreLine(ctx context.Context, judge judgement, line []byte, n int, unread error) (reply any, ok bool) {
	var r request
	if unread == nil {
		unread = json.Unmarshal(line, &r)
	}
	if unread != nil {
		return refusal{r.ID, fmt.Sprintf("line %d: %s; expected an object such as {\"id\": \"1\", \"text\": \"…\"}", n, problem(unread))}, false
	}
	verdict, err := judge(ctx, r.comment())
	if err != nil {
		return refusal{r.ID, fmt.Sprintf("line %d: %v", n, err)}, false
	}
	return r.answer(verdict), true
}

// problem says what is wrong with a line in JSON's words rather than Go's.
func problem(err error) string {
	mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case !ok:
		return err.Error()
	case mismatch.Field == "":
		return "the line is of JSON's type " + mismatch.Value
	default:
		return fmt.Sprintf("%q cannot be of JSON's type %s", mismatch.Field, mismatch.Value)
	}
}

// showVerdict writes a verdict for a person.
func showVerdict(w io.Writer, text string, v moderation.Verdict) {
	style := terminal.StyleFor(w)
	action := style.Green(v.Action.String())
	switch v.Action {
	case moderation.Review, moderation.Hold:
		action = style.Yellow(v.Action.String())
	case moderation.Remove:
		action = style.Red(v.Action.String())
	}
	fmt.Fprintf(w, "%s  %s  %s\n", action, style.Bold(fmt.Sprintf("%.2f", v.Abuse)), terminal.Plain(text))
	for _, r := range v.Reasons {
		fmt.Fprintf(w, "    %+.2f  %-15s  %s  %s\n", r.Score, r.Category, r.Source, style.Dim(terminal.Plain(r.Quote)))
	}
	for _, u := range v.Unknown {
		fmt.Fprintf(w, "    no answer from %s: %s\n", u.Source, terminal.Plain(u.Why))
	}
}
