-- Takes a key for a holder, prolongs it, or lets go of it. Another holder's is left alone.
--
-- KEYS  1 key (string)
-- ARGV  1 holder  2 TTL, ms; 0 to let go
-- returns 1 where the key was free or the holder's, else 0

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
return 1
