package redis

import (
	_ "embed"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed scripts/observe.lua
var observeLua string

//go:embed scripts/write.lua
var writeLua string

//go:embed scripts/take.lua
var takeLua string

//go:embed scripts/renew.lua
var renewLua string

//go:embed scripts/hold.lua
var holdLua string

//go:embed scripts/settle.lua
var settleLua string

//go:embed scripts/later.lua
var laterLua string

//go:embed scripts/spend.lua
var spendLua string

//go:embed scripts/advance.lua
var advanceLua string

//go:embed scripts/policy.lua
var policyLua string

//go:embed scripts/shadow.lua
var shadowLua string

// scripts are the Lua files, ready to be run, but for observe.lua, which trips run.
type scripts struct {
	write, take, renew, settle, later, hold, spend, advance, policy, shadow *goredis.Script
}

func newScripts() scripts {
	return scripts{
		write:   goredis.NewScript(writeLua),
		take:    goredis.NewScript(takeLua),
		renew:   goredis.NewScript(renewLua),
		settle:  goredis.NewScript(settleLua),
		later:   goredis.NewScript(laterLua),
		hold:    goredis.NewScript(holdLua),
		spend:   goredis.NewScript(spendLua),
		advance: goredis.NewScript(advanceLua),
		policy:  goredis.NewScript(policyLua),
		shadow:  goredis.NewScript(shadowLua),
	}
}
