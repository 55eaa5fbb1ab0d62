package openaitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// endpoint is one path of the API with the names of its schemas.
type endpoint struct {
	request, response string
	read              func(*Server, *Call) (answer func() []byte, failed *failure)
}

var endpoints = map[string]endpoint{
	"/moderations":      {"CreateModerationRequest", "CreateModerationResponse", (*Server).moderation},
	"/chat/completions": {"CreateChatCompletionRequest", "CreateChatCompletionResponse", (*Server).chat},
}

var malformed = failure{http.StatusBadRequest, "invalid_request_error", ""}

// nativeLabels are the labels that the API promises for every result.
var nativeLabels = []string{
	"hate", "hate/threatening", "harassment", "harassment/threatening", "illicit", "illicit/violent", "self-harm",
	"self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
}

// moderation reads an array of texts, which get a result each, or of parts, which get one
// together and of which one at most may be a picture.
func (s *Server) moderation(call *Call) (func() []byte, *failure) {
	var request struct {
		Model string            `json:"model"`
		Input []json.RawMessage `json:"input"`
	}
	if json.Unmarshal(call.Body, &request) != nil || len(request.Input) == 0 {
		return nil, &malformed
	}
	call.Model = request.Model
	results, pictures := 0, 0
	for _, raw := range request.Input {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			call.Inputs = append(call.Inputs, text)
			call.Tokens += s.script.count(text)
			results++
			continue
		}
		var p struct {
			Type  string `json:"type"`
			Text  string `json:"text"`
			Image struct {
				URL string `json:"url"`
			} `json:"image_url"`
		}
		if json.Unmarshal(raw, &p) != nil {
			return nil, &malformed
		}
		if p.Type == "image_url" {
			pictures++
		}
		call.Inputs = append(call.Inputs, p.Text+p.Image.URL)
		call.Tokens += s.script.count(p.Text)
	}
	if pictures > 1 {
		return nil, &failure{http.StatusBadRequest, "too_many_images", "input"}
	}
	inputs, number := call.Inputs, len(s.Calls())
	return func() []byte {
		groups := [][]string{inputs}
		if results > 0 {
			groups = slices.Collect(slices.Chunk(inputs, 1))
		}
		return s.scores(fmt.Sprintf("modr-%d", number), request.Model, groups)
	}, nil
}

func (s *Server) scores(id, model string, groups [][]string) []byte {
	results := make([]any, len(groups))
	for i, group := range groups {
		scores := make(map[string]float64)
		for _, label := range nativeLabels {
			scores[label] = 0.0001
		}
		for _, input := range group {
			if s.script.Score == nil {
				break
			}
			for label, score := range s.script.Score(input) {
				scores[label] = max(scores[label], score)
			}
		}
		flags, applied, flagged := make(map[string]bool), make(map[string][]string), false
		for label, score := range scores {
			flags[label], applied[label] = score >= 0.5, []string{"text"}
			flagged = flagged || score >= 0.5
		}
		results[i] = map[string]any{
			"flagged": flagged, "categories": flags, "category_scores": scores, "category_applied_input_types": applied,
		}
	}
	return marshal(map[string]any{"id": id, "model": model, "results": results})
}

// chat reads a judge's prompt.
func (s *Server) chat(call *Call) (func() []byte, *failure) {
	var request struct {
		Model    string `json:"model"`
		Messages []struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"messages"`
		Format struct {
			Type string `json:"type"`
		} `json:"response_format"`
		Temperature         *float64 `json:"temperature"`
		MaxCompletionTokens *int     `json:"max_completion_tokens"`
	}
	if json.Unmarshal(call.Body, &request) != nil || len(request.Messages) == 0 {
		return nil, &malformed
	}
	call.Model = request.Model
	call.Prompt = Prompt{Model: request.Model, Format: request.Format.Type}
	for _, m := range request.Messages {
		call.Tokens += s.script.count(m.Content)
		if m.Role == "system" {
			call.Prompt.System = m.Content
		} else {
			call.Prompt.User = m.Content
		}
	}
	call.Prompt.readData()
	switch {
	case slices.Contains(s.script.Refuse, request.Format.Type):
		return nil, &failure{http.StatusBadRequest, "unsupported_value", "response_format"}
	case request.Temperature != nil && slices.Contains(s.script.Refuse, Temperature):
		return nil, &failure{http.StatusBadRequest, "unsupported_value", "temperature"}
	case request.MaxCompletionTokens != nil && slices.Contains(s.script.Refuse, MaxCompletionTokens):
		return nil, &failure{http.StatusBadRequest, "unsupported_parameter", "max_completion_tokens"}
	}
	return func() []byte { return s.completion(call) }, nil
}

// readData reads what the prompt's fence holds, if it has one.
func (p *Prompt) readData() {
	first, rest, _ := strings.Cut(p.User, "\n")
	body, last, _ := strings.Cut(rest, "\n")
	if first != last || !strings.HasPrefix(first, "DATA ") {
		return
	}
	var d struct {
		Title   string   `json:"article_title"`
		Summary string   `json:"article_summary"`
		Parent  string   `json:"replies_to"`
		Comment string   `json:"comment"`
		Earlier []string `json:"earlier_stages"`
	}
	if json.Unmarshal([]byte(body), &d) != nil {
		return
	}
	p.Code = strings.TrimPrefix(first, "DATA ")
	p.Title, p.Summary, p.Parent, p.Comment, p.Earlier = d.Title, d.Summary, d.Parent, d.Comment, d.Earlier
}

// Harmless is the answer to a comment that is fine.
func (p Prompt) Harmless() Answer {
	return Answer{Verdict: "allow", Category: "none", Confidence: 0.9, Quote: p.Comment, Reason: "Nothing against the policy."}
}

func (s *Server) completion(call *Call) []byte {
	answer := call.Prompt.Harmless()
	if s.script.Judge != nil {
		answer = s.script.Judge(call.Prompt)
	}
	if answer.Code == "" {
		answer.Code = call.Prompt.Code
	}
	content := answer.Raw
	if content == "" {
		content = string(marshal(answer))
	}
	message := map[string]any{"role": "assistant", "content": content, "refusal": nil}
	if answer.Refusal != "" {
		message["content"], message["refusal"] = nil, answer.Refusal
	}
	finish := answer.Finish
	if finish == "" {
		finish = "stop"
	}
	s.mu.Lock()
	prompt, reply := call.Tokens, s.script.count(content)
	call.Tokens += reply
	number := call.Number
	s.mu.Unlock()
	return marshal(map[string]any{
		"id": fmt.Sprintf("chatcmpl-%d", number), "object": "chat.completion", "created": 1700000000, "model": call.Model,
		"choices": []any{map[string]any{"index": 0, "finish_reason": finish, "logprobs": nil, "message": message}},
		"usage":   map[string]any{"prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply},
	})
}

// marshal writes what is built of maps, strings and numbers above, which cannot fail.
func marshal(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return body
}
