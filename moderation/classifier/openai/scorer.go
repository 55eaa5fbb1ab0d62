package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// scorer is a small client for /moderations. go-openai's takes one string, drops labels it
// does not know and refuses models it does not know.
type scorer struct {
	url    string
	key    string
	model  string
	client *http.Client
}

// part is one piece of a mixed input.
type part struct {
	Type  string    `json:"type"` // "text" or "image_url"
	Text  string    `json:"text,omitempty"`
	Image *imageURL `json:"image_url,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type scoreRequest struct {
	Model string `json:"model"`
	Input any    `json:"input"` // []string: a result for each; []part: one result for all
}

type scoreResponse struct {
	Results []struct {
		Scores map[string]float64 `json:"category_scores"`
	} `json:"results"`
}

// texts scores several texts in one call; the answer is parallel to them.
func (s *scorer) texts(ctx context.Context, texts []string) ([]map[string]float64, error) {
	return s.post(ctx, texts, len(texts))
}

// picture scores one picture; the API accepts no more in a call.
func (s *scorer) picture(ctx context.Context, address string) (map[string]float64, error) {
	results, err := s.post(ctx, []part{{Type: "image_url", Image: &imageURL{address}}}, 1)
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

func (s *scorer) post(ctx context.Context, input any, want int) ([]map[string]float64, error) {
	body, err := json.Marshal(scoreRequest{Model: s.model, Input: input})
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.key != "" {
		req.Header.Set("Authorization", "Bearer "+s.key)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the server: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, readFailure(resp)
	}
	var answer scoreResponse
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%w: %w", errGarbled, err)
	}
	if len(answer.Results) != want {
		return nil, fmt.Errorf("%w: %d results for %d inputs", errGarbled, len(answer.Results), want)
	}
	results := make([]map[string]float64, want)
	for i, r := range answer.Results {
		if len(r.Scores) == 0 {
			return nil, fmt.Errorf("%w: a result without scores", errGarbled)
		}
		for label, score := range r.Scores {
			if score < 0 || score > 1 {
				return nil, fmt.Errorf("%w: %q scores %v, outside [0,1]", errGarbled, label, score)
			}
		}
		results[i] = r.Scores
	}
	return results, nil
}

// readFailure keeps of an error answer what helps an operator and cannot hold a comment's
// words.
func readFailure(resp *http.Response) error {
	var body struct {
		Error struct {
			Code  any    `json:"code"`
			Param string `json:"param"`
		} `json:"error"`
	}
	failure := &statusError{status: resp.StatusCode}
	if json.NewDecoder(resp.Body).Decode(&body) == nil {
		failure.code, failure.param = identifier(body.Error.Code), identifier(body.Error.Param)
	}
	return failure
}

// identifier returns a provider's error code or parameter if it looks like one: a word of
// letters, digits, dots and underscores.
func identifier(v any) string {
	s, ok := v.(string)
	if !ok || len(s) > 64 {
		return ""
	}
	strange := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.')
	}
	if strings.ContainsFunc(s, strange) {
		return ""
	}
	return s
}
