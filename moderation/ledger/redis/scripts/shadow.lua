-- Notes hits of one shadow rule, each comment once, and keeps the newest only. A comment
-- older than all that are kept was counted before.
--
-- KEYS  1 hits in order (zset)  2 hits (hash; the number of all of them in the field '')
-- ARGV  1 hits kept at most  2 TTL, ms, then per hit: at in ms, comment, hit as JSON

local order, hits, most = KEYS[1], KEYS[2], tonumber(ARGV[1])
for i = 3, #ARGV, 3 do
  local comment = ARGV[i + 1]
  if redis.call('ZADD', order, 'NX', ARGV[i], comment) == 1 then
    local oldest = redis.call('ZRANGE', order, 0, 0)[1]
    local full = redis.call('ZCARD', order) > most
    if full then
      redis.call('ZREM', order, oldest)
      redis.call('HDEL', hits, oldest)
    end
    if not (full and oldest == comment) then
      redis.call('HSET', hits, comment, ARGV[i + 2])
      redis.call('HINCRBY', hits, '', 1)
    end
  end
end
redis.call('PEXPIRE', order, ARGV[2])
redis.call('PEXPIRE', hits, ARGV[2])
return 0
