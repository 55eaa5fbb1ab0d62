-- Writes a case with everything that depends on it, if the case is still the one that the
-- caller has seen: all of it or nothing.
--
-- KEYS  1 case (hash)  2 cases (zset)  3 author's cases (zset)
--       4 cases in the new state (zset)  5 cases in the old state (zset)
--       6 author (hash)  7 strikes (hash)  8 actions (zset)
--       9 queue effects (stream)  10 queue opinions (stream)
-- ARGV  1 writes that the case had when the caller saw it, 0 for none
--       2 case as JSON         3 mark of this write        4 case ID
--       5 opened, ms           6 TTL of a case, ms         7 start of what the indexes keep, ms
--       8 what 'rejected' grows by                         9 TTL of an author, ms
--       10 '' or the version the strikes must have
--       11 '' or the strike to keep, as "at keep-until json" in ms
--       12 now, ms, by the case's own clock                13 strikes kept at most
--       14 '' or the time of the automatic action, ms
--       15 0 or the cap of automatic actions               16 start of the cap's hour, ms
--       17 TTL of the actions, ms                          18 actions kept at most
--       19 number of effects, then each as JSON, then the opinions asked for as JSON
-- returns {'done'}, {'stale'}, {'over cap'}, or {'changed', case, mark, writes} with the case
-- as it stands ('' where there is none any more)

local case, id, author, strikes, actions = KEYS[1], ARGV[4], KEYS[6], KEYS[7], KEYS[8]

local stored = redis.call('HMGET', case, 'body', 'mark', 'writes')
if (stored[3] or '0') ~= ARGV[1] then
  return {'changed', stored[1] or '', stored[2] or '', stored[3] or '0'}
end
if ARGV[10] ~= '' and (redis.call('HGET', strikes, 'version') or '0') ~= ARGV[10] then
  return {'stale'}
end
if ARGV[14] ~= '' and ARGV[15] ~= '0' then
  -- Later ones count as well: comments may be committed out of order, and the cap holds.
  local acted = redis.call('ZCOUNT', actions, '(' .. ARGV[16], '+inf')
  local own = redis.call('ZSCORE', actions, id)
  if own and tonumber(own) > tonumber(ARGV[16]) then acted = acted - 1 end
  if acted >= tonumber(ARGV[15]) then return {'over cap'} end
end

-- limit drops strikes that have outlived their time and the oldest beyond the limit.
-- It returns when the last of the rest may go; nil for never.
local function limit()
  local all, flat = {}, redis.call('HGETALL', strikes)
  local until_ = 0
  for i = 1, #flat, 2 do
    if flat[i] ~= 'version' then
      local when, keep = string.match(flat[i + 1], '^(%-?%d+) (%d+) ')
      keep = tonumber(keep)
      if keep ~= 0 and keep < tonumber(ARGV[12]) then
        redis.call('HDEL', strikes, flat[i])
      else
        all[#all + 1] = {tonumber(when), flat[i]}
        if keep == 0 then until_ = nil elseif until_ then until_ = math.max(until_, keep) end
      end
    end
  end
  table.sort(all, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
  for i = 1, #all - tonumber(ARGV[13]) do redis.call('HDEL', strikes, all[i][2]) end
  return until_
end

redis.call('HSET', case, 'body', ARGV[2], 'mark', ARGV[3])
redis.call('HINCRBY', case, 'writes', 1)
redis.call('PEXPIRE', case, ARGV[6])
if KEYS[4] ~= KEYS[5] then redis.call('ZREM', KEYS[5], id) end
for i = 2, 4 do
  redis.call('ZADD', KEYS[i], ARGV[5], id)
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '(' .. ARGV[7])
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end

if ARGV[8] ~= '0' then redis.call('HINCRBY', author, 'rejected', ARGV[8]) end
if ARGV[11] ~= '' then redis.call('HSET', author, 'struck', 1) end -- so that observe looks for strikes
if ARGV[8] ~= '0' or ARGV[11] ~= '' then redis.call('PEXPIRE', author, 2 * ARGV[9]) end
if ARGV[11] ~= '' then
  redis.call('HSET', strikes, id, ARGV[11])
  redis.call('HINCRBY', strikes, 'version', 1)
  local keep = limit()
  if keep then
    redis.call('PEXPIRE', strikes, math.max(keep - tonumber(ARGV[12]), tonumber(ARGV[9])))
  else
    redis.call('PERSIST', strikes)
  end
end

if ARGV[14] ~= '' then
  redis.call('ZADD', actions, 'NX', ARGV[14], id)
  redis.call('ZREMRANGEBYRANK', actions, 0, -tonumber(ARGV[18]) - 1)
  redis.call('PEXPIRE', actions, ARGV[17])
end

local effects = tonumber(ARGV[19])
for i = 20, #ARGV do
  redis.call('XADD', i < 20 + effects and KEYS[9] or KEYS[10], '*', 'effect', ARGV[i], 'attempts', 0)
end
return {'done'}
