-- Hands out effects of a queue to one consumer: first those whose lease has ended, then new
-- ones. Effects that were given back join the queue again when they are due.
-- A lease is a duration and is measured by the server, so that no two clocks are compared.
--
-- KEYS  1 queue (stream)  2 queue's later (zset)
-- ARGV  1 group  2 consumer  3 how many  4 lease, ms  5 now, ms  6 idle time after which a
--       consumer without deliveries is forgotten, ms
-- returns {token, attempts, effect as JSON, ...}

local stream, later, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local n = tonumber(ARGV[3])

for _, entry in ipairs(redis.call('ZRANGE', later, '-inf', ARGV[5], 'BYSCORE', 'LIMIT', 0, n)) do
  local attempts, effect = string.match(entry, '^(%d+) (.*)$')
  redis.call('XADD', stream, '*', 'effect', effect, 'attempts', attempts)
  redis.call('ZREM', later, entry)
end
if redis.call('EXISTS', stream) == 0 then return {} end

-- join makes the consumer known. A new one clears away those that are long gone.
local function join()
  local known = redis.pcall('XGROUP', 'CREATECONSUMER', stream, group, consumer)
  if type(known) == 'table' and known.err then
    redis.call('XGROUP', 'CREATE', stream, group, '0')
    known = redis.call('XGROUP', 'CREATECONSUMER', stream, group, consumer)
  end
  if known ~= 1 then return end
  for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local other = {}
    for i = 1, #flat, 2 do other[flat[i]] = flat[i + 1] end
    if other.name ~= consumer and other.pending == 0 and other.idle > tonumber(ARGV[6]) then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, other.name)
    end
  end
end
join()

local taken = {}
local function add(token, fields, deliveries)
  local effect = {}
  for i = 1, #fields, 2 do effect[fields[i]] = fields[i + 1] end
  taken[#taken + 1] = token
  taken[#taken + 1] = tonumber(effect.attempts) + deliveries
  taken[#taken + 1] = effect.effect
end

local from = '0-0'
repeat
  local claimed = redis.call('XAUTOCLAIM', stream, group, consumer, ARGV[4], from, 'COUNT', n - #taken / 3)
  for _, entry in ipairs(claimed[2]) do
    local pending = redis.call('XPENDING', stream, group, entry[1], entry[1], 1)
    add(entry[1], entry[2], pending[1][4])
  end
  from = claimed[1]
until from == '0-0' or #taken / 3 >= n

if #taken / 3 < n then
  local fresh = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', n - #taken / 3, 'STREAMS', stream, '>')
  if fresh then
    for _, entry in ipairs(fresh[1][2]) do add(entry[1], entry[2], 1) end
  end
end
return taken
