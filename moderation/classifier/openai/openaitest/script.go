package openaitest

import "time"

// Script says how the stand-in answers. Its functions are called by many goroutines. The zero
// value finds every comment harmless.
type Script struct {
	// Score returns native category scores of a text or of a picture's address; labels that
	// it leaves out score 0.0001. Nil: nothing scores.
	Score func(input string) map[string]float64
	// Judge answers a prompt. Nil: everything is allowed.
	Judge func(Prompt) Answer
	// Fault breaks calls. Nil: none.
	Fault func(Call) Fault

	// Tokens counts a text's tokens. Nil: four bytes are one.
	Tokens func(text string) int

	Latency time.Duration // of every answer
	Limits  Limits
	Key     string   // the API key that is asked for; "" takes any
	Refuse  []string // parts of the API that the server does not know, see the constants
	Schemas *Schemas // when set, every request and every sound answer is checked
}

// Parts of the chat API that compatible servers may not know.
const (
	JSONSchema          = "json_schema"
	JSONObject          = "json_object"
	Temperature         = "temperature"
	MaxCompletionTokens = "max_completion_tokens"
)

// Limits are what the provider allows in a minute; 0 is no limit. They show in the headers of
// every answer, and beyond them the answer is 429.
type Limits struct {
	Requests int `yaml:"requests_per_minute"`
	Tokens   int `yaml:"tokens_per_minute"`
}

// Fault is a way for a call to go wrong. The zero value is none.
type Fault struct {
	Status     int           `yaml:"status"`      // answered instead of 200
	Code       string        `yaml:"code"`        // error code in the body, such as "insufficient_quota"
	RetryAfter time.Duration `yaml:"retry_after"` // sent in whole seconds, rounded up
	Delay      time.Duration `yaml:"delay"`       // on top of the latency
	Hang       bool          `yaml:"hang"`        // never answers
	Garbage    bool          `yaml:"garbage"`     // answers 200 with a web page
	Truncated  bool          `yaml:"truncated"`   // answers 200 with half of the JSON
}

// Prompt is a chat request as the judge model would read it.
type Prompt struct {
	Model   string
	System  string
	User    string
	Format  string // the response format asked for: "json_schema", "json_object" or ""
	Code    string // that frames the data
	Comment string
	Title   string
	Summary string
	Parent  string
	Earlier []string
}

// Answer is what the judge model says. With Raw set that is sent instead, whatever it is.
type Answer struct {
	Code       string  `json:"code" yaml:"-"` // "" means the prompt's
	Verdict    string  `json:"verdict" yaml:"verdict"`
	Category   string  `json:"category" yaml:"category"`
	Confidence float64 `json:"confidence" yaml:"confidence"`
	Quote      string  `json:"quote" yaml:"quote"`
	Reason     string  `json:"reason" yaml:"reason"`

	Raw     string `json:"-" yaml:"raw"`
	Refusal string `json:"-" yaml:"refusal"` // the model declines, in these words
	Finish  string `json:"-" yaml:"finish"`  // finish_reason; "" means "stop"
}

// Call is one request as the stand-in saw it.
type Call struct {
	Number   int // from 1, in order of arrival
	Path     string
	Model    string
	Key      string   // the API key that came with it
	Inputs   []string // texts and picture addresses to score
	Prompt   Prompt   // of a chat call
	Body     []byte
	Tokens   int // counted from the request, and after the answer from that, too
	Status   int
	Answered bool
}

// count counts tokens, without a function of its own crudely, and the same every time.
func (s *Script) count(text string) int {
	if s.Tokens != nil {
		return s.Tokens(text)
	}
	return (len(text) + 3) / 4
}
