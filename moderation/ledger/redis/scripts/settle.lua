-- Removes a delivery for good and writes its case with what came of it, if the case is
-- still the one that the caller has seen. A delivery that is gone changes nothing.
--
-- KEYS  1 queue (stream)  2 case (hash)
-- ARGV  1 group  2 token
--       3 writes that the case had when the caller saw it; '' when the case is left alone
--       4 case as JSON  5 TTL of a case, ms
-- returns {'done'}, or {'changed', case, mark, writes} with the case as it stands, and the
-- delivery still there

local group, token = ARGV[1], ARGV[2]
if #redis.call('XRANGE', KEYS[1], token, token) == 0 then return {'done'} end
if ARGV[3] ~= '' then
  local stored = redis.call('HMGET', KEYS[2], 'body', 'mark', 'writes')
  if (stored[3] or '0') ~= ARGV[3] then
    return {'changed', stored[1] or '', stored[2] or '', stored[3] or '0'}
  end
  redis.call('HSET', KEYS[2], 'body', ARGV[4])
  redis.call('HINCRBY', KEYS[2], 'writes', 1)
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
redis.call('XACK', KEYS[1], group, token)
redis.call('XDEL', KEYS[1], token)
return {'done'}
