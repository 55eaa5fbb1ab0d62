-- Counts a sighting of a comment and returns what is known around it. Seeing the comment
-- again changes nothing: every member is named by the comment.
--
-- KEYS  1 author (hash)  2 seen (zset)  3 strikes (hash)  4 actions (zset)
--       then per meter one zset, or two (first, last) where it is distinct,
--       then one zset per shelf of the fingerprint
-- ARGV  1 time of the sighting, ms        2 comment       3 author, '' for none
--       4 the comment's place in order    5 author's TTL, ms
--       6 how many comments 'seen' holds  7 start of the hour of actions, ms
--       8 number of meters                9 highest count
--       10 comments a shelf holds         11 shelf's TTL, ms
--       12 start of the look-alikes, ms   13 the comment as the shelves keep it
--       14 highest count of a distinct meter
--       then per meter: member, start of its window in ms, TTL in ms, 1 where distinct
-- returns {counts, {comments, first, rejected}, actions, {case, strike, ...}, {look-alike, ...}}

local at, most = ARGV[1], tonumber(ARGV[9])

-- prolong lets a key live for at least ttl. It writes about once in a ttl only, and returns
-- for how long the key was to live before.
local function prolong(key, ttl)
  local left = redis.call('PTTL', key)
  if left < ttl then redis.call('PEXPIRE', key, 2 * ttl) end
  return left
end

-- measure counts the members of a window, the own one among them even where it was first
-- seen before. Members of one millisecond stand in order of their names, so that the answer
-- does not depend on who came first.
local function measure(key, member, from, ttl)
  if member == '' then return math.min(redis.call('ZCOUNT', key, '(' .. from, at), most) end
  local added = redis.call('ZADD', key, 'LT', at, member)
  local seen = added == 1 and at or redis.call('ZSCORE', key, member)
  if tonumber(seen) ~= tonumber(at) then
    local own = tonumber(seen) <= tonumber(from) and 1 or 0
    return math.min(redis.call('ZCOUNT', key, '(' .. from, at) + own, most)
  end
  local rank = redis.call('ZRANK', key, member)
  local n = math.min(rank + 1 - redis.call('ZCOUNT', key, '-inf', from), most)
  if added == 1 then
    local left = prolong(key, ttl)
    if rank % 16 == 15 then
      -- Another meter may share the key and look further back; the key's life tells.
      redis.call('ZREMRANGEBYSCORE', key, '-inf', at - math.max(ttl, left))
      redis.call('ZREMRANGEBYRANK', key, 0, -most - 1)
    end
  end
  return n
end

-- people counts who was seen in a window. It remembers when each was seen first and last:
-- who was last seen after the window began, without those first seen after it ended.
local function people(firsts, lasts, member, from, ttl)
  local added, late = 0, nil
  if member ~= '' then
    added = redis.call('ZADD', firsts, 'LT', at, member)
    redis.call('ZADD', lasts, 'GT', at, member)
    if added == 1 or tonumber(redis.call('ZSCORE', firsts, member)) == tonumber(at) then
      late = redis.call('ZCARD', firsts) - redis.call('ZRANK', firsts, member) - 1
    end
  end
  late = late or redis.call('ZCOUNT', firsts, '(' .. at, '+inf')
  local n = redis.call('ZCOUNT', lasts, '(' .. from, '+inf') - late
  if member ~= '' then
    local left = math.min(prolong(firsts, ttl), prolong(lasts, ttl))
    if added == 1 then
      local gone = redis.call('ZRANGE', lasts, '-inf', at - math.max(ttl, left), 'BYSCORE', 'LIMIT', 0, 64)
      if #gone == 0 and redis.call('ZCARD', lasts) > tonumber(ARGV[14]) then gone = redis.call('ZRANGE', lasts, 0, 0) end
      if #gone > 0 then
        redis.call('ZREM', lasts, unpack(gone))
        redis.call('ZREM', firsts, unpack(gone))
      end
    end
  end
  return math.min(n, tonumber(ARGV[14]))
end

-- count counts the comment for its author and returns the fields of the author.
local function count(author, seen)
  local known = redis.call('HMGET', author, 'comments', 'first', 'rejected')
  if redis.call('ZADD', seen, 'NX', ARGV[4], ARGV[2]) == 0 then return known end
  if redis.call('ZCARD', seen) > tonumber(ARGV[6]) then
    if redis.call('ZRANK', seen, ARGV[2]) == 0 then -- older than all that are remembered: counted long ago
      redis.call('ZREM', seen, ARGV[2])
      return known
    end
    redis.call('ZREMRANGEBYRANK', seen, 0, 0)
  end
  known[1] = tonumber(known[1] or 0) + 1
  if not known[2] or tonumber(at) < tonumber(known[2]) then known[2] = at end
  redis.call('HSET', author, 'comments', known[1], 'first', known[2])
  if prolong(author, tonumber(ARGV[5])) < tonumber(ARGV[5]) then redis.call('PEXPIRE', seen, 2 * ARGV[5]) end
  return known
end

local counts, arg, key = {}, 15, 5
for i = 1, tonumber(ARGV[8]) do
  local member, from, ttl = ARGV[arg], ARGV[arg + 1], tonumber(ARGV[arg + 2])
  if ARGV[arg + 3] == '1' then
    counts[i] = people(KEYS[key], KEYS[key + 1], member, from, ttl)
    key = key + 2
  else
    counts[i] = measure(KEYS[key], member, from, ttl)
    key = key + 1
  end
  arg = arg + 4
end

local alike, listed = {}, {}
for i = key, #KEYS do
  local shelf = redis.call('ZRANGE', KEYS[i], at, '(' .. ARGV[12], 'BYSCORE', 'REV', 'LIMIT', 0, ARGV[10])
  for _, entry in ipairs(shelf) do
    if not listed[entry] then
      listed[entry] = true
      alike[#alike + 1] = entry
    end
  end
  if redis.call('ZADD', KEYS[i], 'NX', at, ARGV[13]) == 1 then
    redis.call('PEXPIRE', KEYS[i], ARGV[11])
    if #shelf > 0 and redis.call('ZCARD', KEYS[i]) > tonumber(ARGV[10]) then redis.call('ZREMRANGEBYRANK', KEYS[i], 0, 0) end
  end
end

local record, strikes = {}, {}
if ARGV[3] ~= '' then
  record = count(KEYS[1], KEYS[2])
  strikes = redis.call('HGETALL', KEYS[3])
end
return {counts, record, redis.call('ZCOUNT', KEYS[4], '(' .. ARGV[7], at), strikes, alike}
