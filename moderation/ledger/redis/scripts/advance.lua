-- Moves watermarks forward. IDs are snowflakes without leading zeros, too large for Lua's
-- numbers: the longer one is newer, among equally long ones the later in the alphabet.
--
-- KEYS  1 watermarks (hash)
-- ARGV  channel, comment, ...

for i = 1, #ARGV, 2 do
  local new, old = ARGV[i + 1], redis.call('HGET', KEYS[1], ARGV[i])
  if not old or #new > #old or #new == #old and new > old then
    redis.call('HSET', KEYS[1], ARGV[i], new)
  end
end
return 0
