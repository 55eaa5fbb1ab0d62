package discordtest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Gateway operation codes (developer reference, "Gateway Opcodes").
const (
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Gateway close codes (developer reference, "Gateway Close Event Codes").
const (
	CloseUnknownOpcode        = 4001
	CloseDecodeError          = 4002
	CloseNotAuthenticated     = 4003
	CloseAuthenticationFailed = 4004
	CloseAlreadyAuthenticated = 4005
	CloseInvalidSequence      = 4007
	CloseRateLimited          = 4008
	CloseSessionTimedOut      = 4009
	CloseInvalidShard         = 4010
	CloseInvalidVersion       = 4012
	CloseInvalidIntents       = 4013
	CloseDisallowedIntents    = 4014
)

const (
	maxCommandBytes = 4096 // of one message from the client
	maxCommands     = 120  // per commandWindow
	commandWindow   = time.Minute
)

// gatewayCommand is one message from the client.
type gatewayCommand struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	if s.faults.takeRefusedConnection() {
		http.Error(w, "upstream connect error", http.StatusServiceUnavailable)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(maxCommandBytes * 2) // so that a slightly too large one is refused by code
	ctx, cancel := context.WithCancel(s.ctx)
	l := &link{server: s, conn: conn, ctx: ctx, cancel: cancel, signal: make(chan struct{}, 1)}
	defer l.cut()
	s.mu.Lock()
	s.links[l] = struct{}{}
	s.notify()
	s.mu.Unlock()
	defer s.forget(l)

	query := r.URL.Query()
	if query.Get("v") != "10" || query.Get("encoding") == "etf" {
		l.close(CloseInvalidVersion, "Invalid API version.")
		return
	}
	var writer sync.WaitGroup
	writer.Go(l.write)
	defer writer.Wait()
	defer cancel()
	l.send(opHello, object{"heartbeat_interval": s.heartbeat.Milliseconds(), "_trace": []string{"stand-in"}})
	if code, reason := l.read(); code != 0 {
		l.close(code, reason)
	}
}

func (s *Server) forget(l *link) {
	l.mu.Lock()
	session := l.session
	l.mu.Unlock()
	if session != nil {
		session.detach(l)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.links, l)
	s.notify()
}

// read obeys the client until the connection ends or, with a close code, must be ended.
func (l *link) read() (code websocket.StatusCode, reason string) {
	overdue := time.AfterFunc(2*l.server.heartbeat, func() { l.close(CloseSessionTimedOut, "Session timed out.") })
	defer overdue.Stop()
	windowStart, commands := time.Now(), 0
	for {
		_, data, err := l.conn.Read(l.ctx)
		if err != nil {
			l.endedBy(err)
			return 0, ""
		}
		if time.Since(windowStart) > commandWindow {
			windowStart, commands = time.Now(), 0
		}
		if commands++; commands > maxCommands {
			return CloseRateLimited, "You are being rate limited."
		}
		var command gatewayCommand
		if len(data) > maxCommandBytes || json.Unmarshal(data, &command) != nil {
			return CloseDecodeError, "Error while decoding payload."
		}
		if command.Op == opHeartbeat {
			overdue.Reset(2 * l.server.heartbeat)
		}
		if code, reason := l.obey(command); code != 0 {
			return code, reason
		}
	}
}

func (l *link) obey(command gatewayCommand) (code websocket.StatusCode, reason string) {
	l.mu.Lock()
	identified := l.session != nil
	l.mu.Unlock()
	switch command.Op {
	case opHeartbeat:
		if !l.server.faults.heartbeatsIgnored() {
			l.send(opHeartbeatAck, nil)
		}
		return 0, ""
	case opIdentify, opResume:
		if identified {
			return CloseAlreadyAuthenticated, "Already authenticated."
		}
		if command.Op == opIdentify {
			return l.identify(command.Data)
		}
		return l.resume(command.Data)
	case opPresence, opVoiceState, opRequestMembers:
		if !identified {
			return CloseNotAuthenticated, "Not authenticated."
		}
		return 0, ""
	default:
		return CloseUnknownOpcode, "Unknown opcode."
	}
}

func (l *link) identify(data json.RawMessage) (code websocket.StatusCode, reason string) {
	var identify struct {
		Token      string         `json:"token"`
		Properties map[string]any `json:"properties"`
		Compress   bool           `json:"compress"`
		Shard      *[2]int        `json:"shard"`
		Intents    *int64         `json:"intents"`
	}
	if json.Unmarshal(data, &identify) != nil || identify.Properties == nil {
		return CloseDecodeError, "Error while decoding payload."
	}
	s := l.server
	switch {
	case strings.TrimPrefix(identify.Token, "Bot ") != s.token:
		return CloseAuthenticationFailed, "Authentication failed."
	case identify.Shard != nil && *identify.Shard != [2]int{0, 1}:
		return CloseInvalidShard, "Invalid shard."
	case identify.Intents == nil || *identify.Intents < 0 || Intent(*identify.Intents)&^knownIntents != 0:
		return CloseInvalidIntents, "Invalid intent(s)."
	}
	intents := Intent(*identify.Intents)
	if intents&PrivilegedIntents&^s.appIntents != 0 {
		return CloseDisallowedIntents, "Disallowed intent(s)."
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	session := newSession(s.newID(), intents, identify.Compress, s.replayFrames, s.faults)
	s.sessions[session.id] = session
	l.mu.Lock()
	l.session = session
	l.mu.Unlock()
	session.attach(l, 0)
	s.record.event("READY", s.now())
	session.dispatch("READY", encode(s.ready(session)))
	for _, guild := range s.guilds {
		if intents&IntentGuilds != 0 && guild.members[s.bot.ID] != nil {
			session.dispatch("GUILD_CREATE", encode(wireGuildCreate(guild, intents&IntentGuildMembers != 0)))
		}
	}
	s.notify()
	return 0, ""
}

// ready is the READY payload; its guilds are yet to come. The caller holds the
// server's lock.
func (s *Server) ready(session *session) object {
	guilds := []object{}
	for id, guild := range s.guilds {
		if guild.members[s.bot.ID] != nil {
			guilds = append(guilds, object{"id": id, "unavailable": true})
		}
	}
	return object{
		"v": 10, "user": s.wireBotUser(), "guilds": guilds, "session_id": session.id,
		"resume_gateway_url": s.gatewayURL(), "shard": [2]int{0, 1},
		"application":      object{"id": s.bot.ID, "flags": s.applicationFlags()},
		"private_channels": []object{}, "relationships": []object{}, "user_settings": object{},
		"session_type": "normal", "_trace": []string{"stand-in"},
	}
}

func (s *Server) gatewayURL() string { return "ws://" + s.address + "/gateway" }

func (l *link) resume(data json.RawMessage) (code websocket.StatusCode, reason string) {
	var resume struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Sequence  int64  `json:"seq"`
	}
	if json.Unmarshal(data, &resume) != nil {
		return CloseDecodeError, "Error while decoding payload."
	}
	s := l.server
	if strings.TrimPrefix(resume.Token, "Bot ") != s.token {
		return CloseAuthenticationFailed, "Authentication failed."
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[resume.SessionID]
	if s.faults.takeRefusedResume() || session == nil {
		l.send(opInvalidSession, false)
		return 0, ""
	}
	if resume.Sequence > session.newest() {
		return CloseInvalidSequence, "Invalid sequence."
	}
	l.mu.Lock()
	l.session = session
	l.mu.Unlock()
	if !session.attach(l, resume.Sequence) {
		l.mu.Lock()
		l.session = nil
		l.mu.Unlock()
		delete(s.sessions, session.id)
		l.send(opInvalidSession, false)
		return 0, ""
	}
	s.record.event("RESUMED", s.now())
	session.dispatch("RESUMED", encode(object{"_trace": []string{"stand-in"}}))
	s.notify()
	return 0, ""
}
