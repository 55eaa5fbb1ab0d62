-- Counts sightings of one community's comments, one after the other, and returns what is
-- known around each. Seeing a comment again changes nothing: every member is named by the
-- comment. Calls of the server are what this costs, so none is made whose answer is known.
--
-- KEYS  1 look-alikes (list)  2 how many were ever added to it (string)  3 actions (zset)
--       then per sighting: author (hash), strikes (hash), and per meter one zset, or two
--       (first, last) where it is distinct
-- ARGV  1 number of the last look-alike that the caller knows
--       2 look-alikes handed over at most   3 look-alikes kept at most
--       4 TTL of the look-alikes, ms        5 author's TTL, ms
--       6 how many comments an author's 'seen' holds
--       7 highest count   8 highest count of a distinct meter
--       then per sighting a MessagePack list:
--         time, ms; start of the hour of actions; the comment as 'seen' keeps it, '' for
--         no author; the comment as the look-alikes keep it, '' for nothing to keep;
--         number of meters; and per meter: member, start of its window in ms, TTL in ms, 1
--         where distinct
-- returns {number of look-alikes before, number of the first handed over, how many those
--       are, look-alike, ..., then per sighting: count per meter, comments, first, rejected,
--       actions, number of strikes' fields, field, value, ...}

local call = redis.call
local most, crowd = tonumber(ARGV[7]), tonumber(ARGV[8])
local answer = {}

local function say(value) answer[#answer + 1] = value end

-- there says whether a key exists, asking once.
local existing = {}
local function there(key)
  if existing[key] == nil then existing[key] = call('EXISTS', key) == 1 end
  return existing[key]
end

-- prolong lets a key live for at least ttl. It writes about once in a ttl only, and returns
-- for how long the key was to live before.
local lives = {}
local function prolong(key, ttl)
  local left = lives[key]
  if not left or left < ttl then
    left = call('PTTL', key)
    lives[key] = left
    if left < ttl then
      call('PEXPIRE', key, 2 * ttl)
      lives[key] = 2 * ttl
    end
  end
  return left
end

-- measure counts the members of a window, the own one among them even where it was first
-- seen before. Members of one millisecond stand in order of their names, so that the answer
-- does not depend on who came first.
local function measure(key, at, member, from, ttl)
  if member == '' then return there(key) and math.min(call('ZCOUNT', key, '(' .. from, at), most) or 0 end
  local added = call('ZADD', key, 'LT', at, member)
  existing[key] = true
  local seen = added == 1 and at or call('ZSCORE', key, member)
  if tonumber(seen) ~= tonumber(at) then
    local own = tonumber(seen) <= tonumber(from) and 1 or 0
    return math.min(call('ZCOUNT', key, '(' .. from, at) + own, most)
  end
  local rank = call('ZRANK', key, member)
  local n = 1
  if rank > 0 then n = math.min(rank + 1 - call('ZCOUNT', key, '-inf', from), most) end
  if added == 1 then
    local left = prolong(key, ttl)
    if rank % 16 == 15 then
      -- Another meter may share the key and look further back; the key's life tells.
      call('ZREMRANGEBYSCORE', key, '-inf', at - math.max(ttl, left))
      call('ZREMRANGEBYRANK', key, 0, -most - 1)
    end
  end
  return n
end

-- people counts who was seen in a window. It remembers when each was seen first and last:
-- who was last seen after the window began, without those first seen after it ended.
local function people(firsts, lasts, at, member, from, ttl)
  if member == '' and not there(lasts) then return 0 end
  local added, late = 0, nil
  if member ~= '' then
    added = call('ZADD', firsts, 'LT', at, member)
    call('ZADD', lasts, 'GT', at, member)
    existing[lasts] = true
    if added == 1 or tonumber(call('ZSCORE', firsts, member)) == tonumber(at) then
      late = call('ZCARD', firsts) - call('ZRANK', firsts, member) - 1
    end
  end
  late = late or call('ZCOUNT', firsts, '(' .. at, '+inf')
  local n = call('ZCOUNT', lasts, '(' .. from, '+inf') - late
  if member ~= '' then
    local left = math.min(prolong(firsts, ttl), prolong(lasts, ttl))
    if added == 1 then
      local gone = call('ZRANGE', lasts, '-inf', at - math.max(ttl, left), 'BYSCORE', 'LIMIT', 0, 64)
      if #gone == 0 and call('ZCARD', lasts) > crowd then gone = call('ZRANGE', lasts, 0, 0) end
      if #gone > 0 then
        call('ZREM', lasts, unpack(gone))
        call('ZREM', firsts, unpack(gone))
      end
    end
  end
  return math.min(n, crowd)
end

-- noted puts a comment among those of its author that were seen, the newest first. It
-- returns nil when the comment was counted before, or is older than all that are remembered
-- and so was counted long ago.
local function noted(seen, own, comments)
  if not seen then return own end
  local full = comments >= tonumber(ARGV[6])
  local place = tonumber(string.match(own, '^%d+'))
  if place > tonumber(string.match(seen, '^%d+')) then
    return own .. ' ' .. (full and string.match(seen, '^(.*) ') or seen)
  end
  local all, put = {}, false
  for other in string.gmatch(seen, '[^ ]+') do
    if other == own then return nil end
    if not put and place > tonumber(string.match(other, '^%d+')) then
      put = true
      all[#all + 1] = own
    end
    all[#all + 1] = other
  end
  if not put then
    if full then return nil end
    all[#all + 1] = own
  elseif full then
    all[#all] = nil
  end
  return table.concat(all, ' ')
end

-- count counts a comment for its author and says what is known of the author.
local function count(author, strikes, at, own)
  local known = call('HMGET', author, 'comments', 'first', 'rejected', 'seen', 'kept', 'struck')
  local comments, first, kept, struck = tonumber(known[1] or 0), known[2], known[5], known[6]
  local seen = noted(known[4], own, comments)
  local fields = {}
  if not struck then -- for all that the hash knows there are strikes; it may be younger than they are
    struck = call('EXISTS', strikes)
    fields = {'struck', struck}
  end
  if seen then
    comments = comments + 1
    fields[#fields + 1] = 'comments'
    fields[#fields + 1] = comments
    fields[#fields + 1] = 'seen'
    fields[#fields + 1] = seen
    if not first or tonumber(at) < tonumber(first) then
      first = at
      fields[#fields + 1] = 'first'
      fields[#fields + 1] = at
    end
  end
  -- The life is measured by the comments' own time, which spares asking for it.
  local prolongs = not kept or math.abs(at - kept) >= tonumber(ARGV[5])
  if prolongs then
    fields[#fields + 1] = 'kept'
    fields[#fields + 1] = at
  end
  if #fields > 0 then call('HSET', author, unpack(fields)) end
  if prolongs then call('PEXPIRE', author, 2 * ARGV[5]) end
  say(comments)
  say(first or '')
  say(known[3] or 0)
  return tonumber(struck) == 1 and call('HGETALL', strikes) or {}
end

-- handOver says which look-alikes the caller does not know.
local before = tonumber(call('GET', KEYS[2]) or 0)
local function handOver()
  local known = tonumber(ARGV[1])
  if known > before then known = 0 end -- the server has lost some
  say(before)
  if known == before then
    say(before + 1)
    say(0)
    return
  end
  local length = call('LLEN', KEYS[1])
  local skip = math.max(known - (before - length), 0)
  local entries = call('LRANGE', KEYS[1], skip, skip + ARGV[2] - 1)
  say(before - length + skip + 1)
  say(#entries)
  for _, entry in ipairs(entries) do say(entry) end
end
handOver()

local key, shelved = 4, {}
for i = 9, #ARGV do
  local told = cmsgpack.unpack(ARGV[i])
  local at, hour, own, shelf, meters = told[1], told[2], told[3], told[4], tonumber(told[5])
  local author, strikes, arg = KEYS[key], KEYS[key + 1], 6
  key = key + 2
  for _ = 1, meters do
    local member, from, ttl = told[arg], told[arg + 1], tonumber(told[arg + 2])
    if told[arg + 3] == '1' then
      say(people(KEYS[key], KEYS[key + 1], at, member, from, ttl))
      key = key + 2
    else
      say(measure(KEYS[key], at, member, from, ttl))
      key = key + 1
    end
    arg = arg + 4
  end
  local struck = {}
  if own ~= '' then
    struck = count(author, strikes, at, own)
  else
    say(0)
    say('')
    say(0)
  end
  say(there(KEYS[3]) and call('ZCOUNT', KEYS[3], '(' .. hour, at) or 0)
  say(#struck)
  for _, field in ipairs(struck) do say(field) end
  if shelf ~= '' then shelved[#shelved + 1] = shelf end
end

if #shelved > 0 then
  local length = call('RPUSH', KEYS[1], unpack(shelved))
  if length > ARGV[3] + 256 then call('LTRIM', KEYS[1], -ARGV[3], -1) end
  call('SET', KEYS[2], before + #shelved, 'PX', ARGV[4])
  call('PEXPIRE', KEYS[1], ARGV[4])
end
return answer
