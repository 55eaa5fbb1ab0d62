-- Gives a delivery back, to be taken no sooner than its time. A delivery that is gone, or
-- that another consumer has taken over since, is left alone.
--
-- KEYS  1 queue (stream)  2 queue's later (zset)
-- ARGV  1 group  2 token  3 attempts of this delivery  4 not before, ms

local stream, group, token = KEYS[1], ARGV[1], ARGV[2]
local entry = redis.call('XRANGE', stream, token, token)[1]
local pending = redis.call('XPENDING', stream, group, token, token, 1)[1]
if not entry or not pending then return 0 end
local effect = {}
for i = 1, #entry[2], 2 do effect[entry[2][i]] = entry[2][i + 1] end
if tonumber(effect.attempts) + pending[4] ~= tonumber(ARGV[3]) then return 0 end
redis.call('XACK', stream, group, token)
redis.call('XDEL', stream, token)
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3] .. ' ' .. effect.effect)
return 1
