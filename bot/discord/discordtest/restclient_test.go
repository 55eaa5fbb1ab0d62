package discordtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// answer is what a REST request brought.
type answer struct {
	Status int
	Code   int // Discord's error code
	Header http.Header
	Body   []byte
}

// request makes one REST request as the bot, with no library in between.
func (w world) request(t *testing.T, method, path string, body any) answer {
	t.Helper()
	got, err := w.tryRequest(t, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (w world) tryRequest(t *testing.T, method, path string, body any) (answer, error) {
	t.Helper()
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(soon(t), method, w.URL()+"/api/v10"+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bot "+w.Token())
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: checking{&http.Transport{DisableKeepAlives: true}, w, t}}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	got := answer{Status: response.StatusCode, Header: response.Header, Body: data}
	var refusal struct {
		Code int `json:"code"`
	}
	if json.Unmarshal(data, &refusal) == nil {
		got.Code = refusal.Code
	}
	return got, nil
}

// decode reads the answer's body.
func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(a.Body, &value); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return value
}

// object is a JSON object.
type object = map[string]any
