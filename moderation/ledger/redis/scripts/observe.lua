-- Notes sightings of one community's comments, one after the other, hands over what others
-- have noted, and returns what is known of the authors. Seeing a comment again changes
-- nothing for its author, and whoever reads it twice in the list drops the second.
-- Calls of the server are what this costs, so none is made whose answer is known.
--
-- KEYS  1 recent sightings (list)  2 the number of the last one before the list's first (string)
--       3 actions (zset), then per sighting: author (hash), strikes (hash)
-- ARGV  1 number of the last sighting that the caller knows
--       2 sightings handed over at most   3 sightings kept at most
--       4 TTL of the sightings, ms        5 '1' where that is to begin anew, or ''
--       6 author's TTL, ms                7 how many comments an author's 'seen' holds
--       8 length of the window of actions, ms
--       then per sighting: time, ms; the comment as 'seen' keeps it, '' for no author; the
--       sighting as the list keeps it, '' for nothing to keep
-- returns {number of the last sighting before these, of the first handed over, and how many
--       those are; those handed over; then per sighting: comments, time of the first or '-',
--       rejected, actions, number of strikes' fields and values; field, value, ...}
--       with the numbers that stand together in one text, which costs less than apart

local call, match = redis.call, string.match
local authorsLife, seenAtMost, window = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local answer = {}

-- note adds the sightings to the list and hands over those of the earlier ones that the
-- caller does not know.
local function note(sightings)
  local list, number = KEYS[1], KEYS[2]
  local gone, added, length = call('GET', number), #sightings, 0
  if added > 0 then
    length = call('RPUSH', list, unpack(sightings)) - added
  else
    length = call('LLEN', list)
  end
  local begins = added > 0 and (length == 0 or not gone)
  if begins then
    -- Numbers begin with the time, so that a new list is not taken for one that was lost.
    gone = ARGV[9]
    call('SET', number, gone)
  end
  gone = tonumber(gone or 0)
  local before, known = gone + length, tonumber(ARGV[1])
  local first, others = before + 1, {}
  if known ~= before and length > 0 then
    -- A caller who knows more than there is knows what the server has lost.
    local skip = known < before and math.max(known - gone, 0) or 0
    first, others = gone + skip + 1, call('LRANGE', list, skip, math.min(skip + ARGV[2], length) - 1)
  end
  answer[1] = string.format('%.0f %.0f %.0f', before, first, #others)
  for i = 1, #others do answer[i + 1] = others[i] end
  local surplus = length + added - ARGV[3]
  if surplus > 256 then
    call('LTRIM', list, surplus, -1)
    call('INCRBY', number, surplus)
  end
  if begins or ARGV[5] ~= '' then
    call('PEXPIRE', list, ARGV[4])
    call('PEXPIRE', number, ARGV[4])
  end
end

-- noted puts a comment among those of its author that were seen, the newest first. It
-- returns nil when the comment was counted before, or is older than all that are remembered
-- and so was counted long ago.
local function noted(seen, own, comments)
  if not seen then return own end
  local full = comments >= seenAtMost
  local place = tonumber(match(own, '^%d+'))
  if place > tonumber(match(seen, '^%d+')) then
    return own .. ' ' .. (full and match(seen, '^(.*) ') or seen)
  end
  local all, put = {}, false
  for other in string.gmatch(seen, '[^ ]+') do
    if other == own then return nil end
    if not put and place > tonumber(match(other, '^%d+')) then
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

-- count counts a comment for its author, and returns what is known of the author: comments,
-- time of the first, rejected, and the strikes' fields and values or nil.
local function count(author, strikes, at, own)
  local known = call('HMGET', author, 'comments', 'first', 'rejected', 'seen', 'kept', 'struck')
  local comments, first, kept, struck = tonumber(known[1] or 0), known[2], known[5], known[6]
  local seen = noted(known[4], own, comments)
  local earlier = seen and (not first or tonumber(at) < tonumber(first))
  -- The life is measured by the comments' own time, which spares asking for it.
  local prolongs = not kept or math.abs(at - kept) >= authorsLife
  if seen then comments = comments + 1 end
  if earlier then first = at end
  if seen and struck and not earlier and not prolongs then
    call('HSET', author, 'comments', comments, 'seen', seen)
  else
    local fields = {}
    local function set(field, value)
      fields[#fields + 1] = field
      fields[#fields + 1] = value
    end
    if not struck then -- for all that the hash knows there are strikes; it may be younger than they are
      struck = tostring(call('EXISTS', strikes))
      set('struck', struck)
    end
    if seen then
      set('comments', comments)
      set('seen', seen)
    end
    if earlier then set('first', first) end
    if prolongs then set('kept', at) end
    if #fields > 0 then call('HSET', author, unpack(fields)) end
    if prolongs then call('PEXPIRE', author, 2 * authorsLife) end
  end
  return comments, first or '-', known[3] or 0, struck == '1' and call('HGETALL', strikes) or nil
end

local sightings = {}
for i = 11, #ARGV, 3 do
  if ARGV[i] ~= '' then sightings[#sightings + 1] = ARGV[i] end
end
note(sightings)

local last, key = #answer, 4
local acted = #ARGV > 8 and call('EXISTS', KEYS[3]) == 1 -- whether there are actions
for i = 9, #ARGV, 3 do
  local at, own = ARGV[i], ARGV[i + 1]
  local comments, first, rejected, strikes = 0, '-', 0, nil
  if own ~= '' then
    comments, first, rejected, strikes = count(KEYS[key], KEYS[key + 1], at, own)
  end
  key = key + 2
  local actions = acted and call('ZCOUNT', KEYS[3], '(' .. at - window, at) or 0
  last = last + 1
  answer[last] = comments .. ' ' .. first .. ' ' .. rejected .. ' ' .. actions .. ' ' .. (strikes and #strikes or 0)
  for j = 1, strikes and #strikes or 0 do
    last = last + 1
    answer[last] = strikes[j]
  end
end
return answer
