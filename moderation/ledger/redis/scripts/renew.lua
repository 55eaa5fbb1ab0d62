-- Has the leases of deliveries begin anew. Those that are gone, or that another consumer has
-- taken over since, are left alone.
--
-- KEYS  1 queue (stream)
-- ARGV  1 group  2 consumer, then the deliveries' tokens

local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
for i = 3, #ARGV do
  local pending = redis.pcall('XPENDING', stream, group, ARGV[i], ARGV[i], 1, consumer)
  if pending.err then
    if string.find(pending.err, '^NOGROUP') then return 0 end -- nothing is taken by anybody
    return pending
  end
  if #pending == 1 then redis.call('XCLAIM', stream, group, consumer, 0, ARGV[i], 'JUSTID') end
end
return 1
