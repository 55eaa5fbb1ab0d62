-- Takes amounts from budgets, all or nothing. The same spending, named by its token, is
-- carried out once, however often the client library sends it.
--
-- KEYS  1 token (string), then one string per budget
-- ARGV  1 TTL of the token, ms, then per budget: amount, limit, TTL in ms
-- returns the numbers of the budgets that lack room; none when all was paid

if redis.call('EXISTS', KEYS[1]) == 1 then return {} end
local lacking = {}
for i = 2, #KEYS do
  local arg = 2 + 3 * (i - 2)
  local used = tonumber(redis.call('GET', KEYS[i]) or '0')
  if used + tonumber(ARGV[arg]) > tonumber(ARGV[arg + 1]) then lacking[#lacking + 1] = i - 1 end
end
if #lacking > 0 then return lacking end
for i = 2, #KEYS do
  local arg = 2 + 3 * (i - 2)
  redis.call('INCRBY', KEYS[i], ARGV[arg])
  redis.call('PEXPIRE', KEYS[i], ARGV[arg + 2])
end
redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
return lacking
