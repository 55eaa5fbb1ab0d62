-- Counts a sighting of a comment and returns what is known around it. Seeing the comment
-- again changes nothing: every member is named by the comment.
--
-- KEYS  1 author (hash)  2 seen (zset)  3 strikes (hash)  4 actions (zset)
--       then one zset per meter, then one zset per shelf of the fingerprint
-- ARGV  1 time of the sighting, ms        2 comment       3 author, '' for none
--       4 the comment's place in order    5 author's TTL, ms
--       6 how many comments 'seen' holds  7 start of the hour of actions, ms
--       8 number of meters                9 highest count
--       10 members a distinct meter looks at
--       11 comments a shelf holds         12 shelf's TTL, ms
--       13 start of the look-alikes, ms   14 the comment as the shelves keep it
--       then per meter: member, start of its window in ms, TTL in ms, 1 where distinct
-- returns {counts, {comments, first, rejected}, actions, {case, strike, ...}, {look-alike, ...}}

local at = ARGV[1]

-- prolong lets a key live for at least ttl. It writes about once in a ttl only, and returns
-- for how long the key was to live before.
local function prolong(key, ttl)
  local left = redis.call('PTTL', key)
  if left < ttl then redis.call('PEXPIRE', key, 2 * ttl) end
  return left
end

-- place returns the ranks of the first and last member in the window, and whether the own
-- member counts though it was seen before the window. Members of one millisecond stand in
-- order of their names, so that the answer does not depend on who came first.
local function place(key, member, from, added)
  local before = redis.call('ZCOUNT', key, '-inf', from)
  if member ~= '' then
    local seen = added == 1 and at or redis.call('ZSCORE', key, member)
    if tonumber(seen) == tonumber(at) then
      return before, redis.call('ZRANK', key, member), 0
    end
    local last = before + redis.call('ZCOUNT', key, '(' .. from, at) - 1
    return before, last, tonumber(seen) <= tonumber(from) and 1 or 0
  end
  return before, before + redis.call('ZCOUNT', key, '(' .. from, at) - 1, 0
end

local function people(key, member, first, last)
  local seen, n = {}, 0
  local function add(name)
    local who = string.match(name, '^[^/]*')
    if not seen[who] then seen[who] = true; n = n + 1 end
  end
  if member ~= '' then add(member) end
  if last >= first then
    first = math.max(first, last - tonumber(ARGV[10]) + 1)
    for _, name in ipairs(redis.call('ZRANGE', key, first, last)) do add(name) end
  end
  return n
end

local function measure(key, member, from, ttl, distinct)
  local added = 0
  if member ~= '' then added = redis.call('ZADD', key, 'LT', at, member) end
  local first, last, own = place(key, member, from, added)
  local n
  if distinct == '1' then
    n = people(key, member, first, last)
  else
    n = math.min(last - first + 1 + own, tonumber(ARGV[9]))
  end
  if added == 1 then
    -- Another meter may share the key and look further back; the key's life tells.
    local left = prolong(key, ttl)
    if first > 16 then redis.call('ZREMRANGEBYSCORE', key, '-inf', at - math.max(ttl, left)) end
    if last >= tonumber(ARGV[9]) then redis.call('ZREMRANGEBYRANK', key, 0, -tonumber(ARGV[9]) - 1) end
  end
  return n
end

local function count(author, seen)
  if redis.call('ZADD', seen, 'NX', ARGV[4], ARGV[2]) == 0 then return end
  if redis.call('ZCARD', seen) > tonumber(ARGV[6]) then
    if redis.call('ZRANK', seen, ARGV[2]) == 0 then -- older than all that are remembered: counted long ago
      redis.call('ZREM', seen, ARGV[2])
      return
    end
    redis.call('ZREMRANGEBYRANK', seen, 0, 0)
  end
  redis.call('HINCRBY', author, 'comments', 1)
  local first = redis.call('HGET', author, 'first')
  if not first or tonumber(at) < tonumber(first) then redis.call('HSET', author, 'first', at) end
  prolong(author, tonumber(ARGV[5]))
  prolong(seen, tonumber(ARGV[5]))
end

local counts, arg = {}, 15
local meters = tonumber(ARGV[8])
for i = 1, meters do
  counts[i] = measure(KEYS[4 + i], ARGV[arg], ARGV[arg + 1], tonumber(ARGV[arg + 2]), ARGV[arg + 3])
  arg = arg + 4
end

local alike, listed = {}, {}
for i = 5 + meters, #KEYS do
  local shelf = redis.call('ZRANGE', KEYS[i], at, '(' .. ARGV[13], 'BYSCORE', 'REV', 'LIMIT', 0, ARGV[11])
  for _, entry in ipairs(shelf) do
    if not listed[entry] then
      listed[entry] = true
      alike[#alike + 1] = entry
    end
  end
  if redis.call('ZADD', KEYS[i], 'NX', at, ARGV[14]) == 1 then
    prolong(KEYS[i], tonumber(ARGV[12]))
    if #shelf > 0 and redis.call('ZCARD', KEYS[i]) > tonumber(ARGV[11]) then redis.call('ZREMRANGEBYRANK', KEYS[i], 0, 0) end
  end
end

local record, strikes = {}, {}
if ARGV[3] ~= '' then
  count(KEYS[1], KEYS[2])
  record = redis.call('HMGET', KEYS[1], 'comments', 'first', 'rejected')
  strikes = redis.call('HGETALL', KEYS[3])
end
return {counts, record, redis.call('ZCOUNT', KEYS[4], '(' .. ARGV[7], at), strikes, alike}
