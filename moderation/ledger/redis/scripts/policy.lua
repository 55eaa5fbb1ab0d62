-- Keeps a policy that came into force, and the newest ones only.
--
-- KEYS  1 policies in order (zset)  2 policies (hash)
-- ARGV  1 at, ms  2 name: "at hash"  3 policy as JSON  4 policies kept at most

redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
for _, old in ipairs(redis.call('ZRANGE', KEYS[1], 0, -tonumber(ARGV[4]) - 1)) do
  redis.call('ZREM', KEYS[1], old)
  redis.call('HDEL', KEYS[2], old)
end
return 0
