package openaitest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
)

// Transport answers requests without a network: the handler runs in a goroutine of the
// caller's, so that inside testing/synctest all waiting is on the bubble's clock.
func (s *Server) Transport() http.RoundTripper { return direct{s} }

type direct struct{ server *Server }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answered := make(chan *http.Response, 1)
	go func() {
		recorder := httptest.NewRecorder()
		d.server.ServeHTTP(recorder, r)
		answered <- recorder.Result()
	}()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case resp := <-answered:
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		resp.Request = r
		return resp, nil
	}
}
